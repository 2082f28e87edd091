"""The forecast: who comes free and who answers over the next seconds, and what that means for the next call."""
