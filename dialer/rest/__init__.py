"""The HTTP API: campaigns, leads, agents, results and live statistics."""

from dialer.rest.application import PREFIX, create_app
from dialer.rest.service import PartHealth, Service

__all__ = ["PREFIX", "PartHealth", "Service", "create_app"]
