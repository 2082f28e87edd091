"""The subcommands of `dialer`; each module is for one kind of user."""
