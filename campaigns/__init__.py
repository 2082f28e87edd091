"""What may be dialed, whom and when, and what came of it: campaigns, leads, rules, storage, importing and reports."""
