"""The subcommands of `dialer simulate`, one file each."""
