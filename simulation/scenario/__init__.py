"""Scenarios: what is simulated, written as TOML, checked to the line, and a library of named ones."""
