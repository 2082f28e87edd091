"""Permanent benchmarks: each states its seed, its command and what it compares."""
