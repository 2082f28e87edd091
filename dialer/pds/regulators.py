"""A campaign's abandon accounts over the periods by which regulators judge, beside the one of today.

Each is a budget of its own for pacing; the one that allows least decides.
"""

import math

from msgspec.structs import replace

from campaigns.model import CampaignTask
from campaigns.terms import AbandonWindow
from pacing.model import AbandonBudget

HOUR_S = 3600.0
HOURS_MAX = 32 * 24
"""Hours of its own counting that the engine remembers."""
ANSWERED, ABANDONED, MACHINE = range(3)


class RegulatorAccounts:
    """Seeded from the attempts in the database, then kept by the engine."""

    __slots__ = ("_budgets", "_hours", "_windows")

    def __init__(self, task: CampaignTask) -> None:
        self._budgets: tuple[AbandonBudget, ...] | None = None
        self._hours: dict[int, list[int]] = {}
        self._windows: dict[str, _Window] = {}
        self.follow(task)

    def follow(self, task: CampaignTask) -> None:
        """Take over the periods of a task; within one that has not moved on our own count stands."""
        self._budgets = None
        before, self._windows = self._windows, {}
        for window in task.windows:
            known = before.get(window.name)
            if known is None or known.window.started_at < window.started_at:
                self._windows[window.name] = _Window(window, self._counted_since(window.started_at))
            else:
                known.window = window
                self._windows[window.name] = known

    def budgets(self) -> tuple[AbandonBudget, ...]:
        """The accounts as pacing sees them; made anew only when something in them has changed."""
        if self._budgets is None:
            self._budgets = tuple(window.budget() for window in self._windows.values())
        return self._budgets

    def windows(self) -> tuple[AbandonWindow, ...]:
        """The periods with the counts as they now are."""
        return tuple(window.now() for window in self._windows.values())

    def count_answered(self, now: float) -> None:
        """A person has answered."""
        self._count(ANSWERED, now)

    def count_abandoned(self, now: float) -> None:
        """A person who answered found no agent in time."""
        self._count(ABANDONED, now)

    def count_machine(self, now: float) -> None:
        """AMD has called an answer a machine's."""
        self._count(MACHINE, now)

    def _count(self, what: int, now: float) -> None:
        self._budgets = None
        hour = int(now // HOUR_S)
        if hour not in self._hours:
            self._hours[hour] = [0, 0, 0]
            while len(self._hours) > HOURS_MAX:
                del self._hours[next(iter(self._hours))]
        self._hours[hour][what] += 1
        for window in self._windows.values():
            window.counts[what] += 1

    def _counted_since(self, started_at: float) -> list[int]:
        inside = [counts for hour, counts in self._hours.items() if (hour + 1) * HOUR_S > started_at]
        return [sum(counts[what] for counts in inside) for what in range(3)]


class _Window:
    """One period and its counts.

    When it begins anew, or moves along, the database may lack what is on its way to it, and our own counting what was
    before we started. What either has is at most what there was, so the larger stands.
    """

    __slots__ = ("counts", "window")

    def __init__(self, window: AbandonWindow, counted: list[int]) -> None:
        self.window = window
        stored = (window.answered, window.abandoned, window.machines)
        self.counts = [max(pair) for pair in zip(stored, counted, strict=True)]

    def budget(self) -> AbandonBudget:
        answered, abandoned, machines = self.counts
        persons = math.ceil(machines * self.window.machine_share)
        ends_at = self.window.ends_at
        return AbandonBudget(
            rate_max=self.window.rate_max,
            answered=answered + persons,
            abandoned=abandoned + persons,
            window_started_at=self.window.started_at,
            window_ends_at=math.inf if ends_at is None else ends_at,
        )

    def now(self) -> AbandonWindow:
        answered, abandoned, machines = self.counts
        return replace(self.window, answered=answered, abandoned=abandoned, machines=machines)
