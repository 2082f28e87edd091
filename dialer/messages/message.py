"""What events and commands have in common."""

import msgspec


class Message(msgspec.Struct, frozen=True, tag=True, gc=False, kw_only=True):
    """A message: immutable, and tagged with its name, so that `msgspec.json` writes and reads a trace of it."""
