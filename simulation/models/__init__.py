"""How customers, agents and carriers behave: each model draws from its own random stream."""
