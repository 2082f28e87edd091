"""Lists of leads from files: each format becomes a table of text, and one reading of tables makes leads of them."""
