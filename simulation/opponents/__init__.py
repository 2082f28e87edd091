"""The field's other dialers, written from their formulas, as policies that a campaign can name like any other."""
