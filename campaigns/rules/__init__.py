"""Pure rules: who may be dialed now, what becomes of a lead after an attempt, which settings are sound."""
