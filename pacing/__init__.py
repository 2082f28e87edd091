"""How many calls to place now: estimators, forecasts, queueing models and pacing policies, on numpy and scipy alone."""
