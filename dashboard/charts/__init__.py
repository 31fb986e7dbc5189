"""Charts that both pages may draw: the live chart, and predicted against obtained returns."""
