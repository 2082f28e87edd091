"""Queueing models for planning: Erlang B, C and A, and what follows from them for a team."""
