"""OAM: counters and the live statistics. Nothing here decides anything."""
