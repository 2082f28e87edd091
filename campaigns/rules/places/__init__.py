"""Where a person may be: country, state and time zones, from the number, the postal code and what was stated."""
