"""The ports between the runner and the world: fire and forget; every answer returns as an event.

Each is a handful of methods, so that the live service and the simulator can both stand behind it. Implementations
receive `post`, a function that takes an event, when they are built.
"""

from collections.abc import Callable
from typing import Protocol

from dialer.messages import DeskCommand, Event, GatewayCommand, StoreCommand

Post = Callable[[Event], None]


class Clock(Protocol):
    """Time, and events at a time: `now` never goes backwards, and events due together keep their order."""

    def now(self) -> float:
        """Unix seconds."""
        ...

    def post_at(self, at: float, event: Event, key: str) -> None:
        """Post `event` at `at` (at once if that has passed); a second call with the same key replaces the first."""
        ...


class Gateway(Protocol):
    """Places, cancels, bridges, plays and hangs up; every `PlaceCall` is followed by exactly one `CallEnded`."""

    def send(self, command: GatewayCommand) -> None:
        """Carry out one command; returns at once."""
        ...


class Desk(Protocol):
    """The agents' and supervisors' side."""

    def send(self, command: DeskCommand) -> None:
        """Show, answer or report; returns at once."""
        ...


class Store(Protocol):
    """Keeps campaigns, leads and attempts; writes in the order sent; a lead is reserved at most once."""

    def send(self, command: StoreCommand) -> None:
        """Queue one command; returns at once."""
        ...
