"""The engine: `commands = Engine(settings).handle(event, now)`, which joins CCS, PDS, IVR, routing and OAM."""

from dialer.engine.engine import Engine

__all__ = ["Engine"]
