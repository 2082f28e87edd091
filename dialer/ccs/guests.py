"""Guests at agents' conversations: supervisors, and third parties whom agents have called in."""

from dialer.model import MonitorMode


class Guest:
    """One guest, who has a leg of their own; `is_up` once it is."""

    __slots__ = ("agent_id", "call_id", "guest_id", "is_up", "leg_id", "mode")

    def __init__(self, guest_id: str, agent_id: str, leg_id: str, mode: MonitorMode, call_id: str = "") -> None:
        self.guest_id = guest_id
        self.agent_id = agent_id
        """Whose conversations they are at."""
        self.leg_id = leg_id
        self.mode = mode
        self.call_id = call_id
        """The one call that a third party is there for; empty for a supervisor, who follows the agent."""
        self.is_up = False
