"""What each regulator asks of an outbound call, as data: one file for each profile, every rule with its source."""
