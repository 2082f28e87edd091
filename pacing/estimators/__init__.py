"""Online estimators: each takes `update(x, now)` and answers what it knows with its uncertainty, or None."""
