"""Dial treatment: what happens to a call when somebody or something answers it."""
