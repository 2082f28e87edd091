"""HTML reports with plots, in one file that opens without a network."""
