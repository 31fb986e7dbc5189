"""The Compare page: the runs that are kept, the chosen ones side by side, what differs in them."""
