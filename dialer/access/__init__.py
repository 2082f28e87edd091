"""Who may do what: tenants, accounts, roles, tokens, and the log of who changed what."""
