"""Exactly optimal pacing of simple models: the yardstick for policies, not a policy."""
