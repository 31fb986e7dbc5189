"""What the pages say in other languages: a folder of PO files for each, and how they are kept."""
