"""A campaign's abandon account: persons who answered, and those of them who found no agent in time."""

import math
from datetime import datetime, timedelta

from campaigns.model import Campaign, CampaignTask
from campaigns.rules.window import find_zone, minute_of_day
from pacing.model import AbandonBudget

WINDOW_S = 86400.0
"""The account is kept by UTC day."""


class AbandonAccount:
    """Seeded from the attempts in the database when the engine first meets the campaign, then kept by the engine."""

    __slots__ = ("_budget", "_ends_at", "abandoned", "answered", "window_started_at")

    def __init__(self, task: CampaignTask) -> None:
        self._budget: AbandonBudget | None = None
        self._ends_at = math.inf
        self._read(task)

    def follow(self, task: CampaignTask) -> None:
        """Begin anew from the database when the regulator's window has moved on; otherwise our own count stands.

        Within a window the engine knows more than the database, where results arrive later.
        """
        if task.window_started_at > self.window_started_at:
            self._read(task)

    def budget(self, rate_max: float, ends_at: float = math.inf) -> AbandonBudget:
        """The account as pacing sees it; made anew only when something in it has changed.

        Args:
            rate_max: the legal cap, 0..1.
            ends_at: when dialing ends; the window ends then, or with its day where that comes first.
        """
        budget = self._budget
        if budget is None or budget.rate_max != rate_max or self._ends_at != ends_at:
            self._ends_at = ends_at
            is_known = not math.isinf(ends_at)
            budget = self._budget = AbandonBudget(
                rate_max=rate_max,
                answered=self.answered,
                abandoned=self.abandoned,
                window_started_at=self.window_started_at,
                window_ends_at=min(ends_at, self.window_started_at + WINDOW_S) if is_known else math.inf,
            )
        return budget

    def count_answered(self) -> None:
        """A person has answered."""
        self.answered += 1
        self._budget = None

    def count_abandoned(self) -> None:
        """A person who answered found no agent in time."""
        self.abandoned += 1
        self._budget = None

    def _read(self, task: CampaignTask) -> None:
        self.answered = task.answered
        self.abandoned = task.abandoned
        self.window_started_at = task.window_started_at
        self._budget = None


def dialing_ends_at(campaign: Campaign, now: float) -> float:
    """When the campaign's dialing ends today, by its own setting; infinite where it is unset, unreadable or past."""
    minute = minute_of_day(campaign.pacing.dialing_ends) if campaign.pacing.dialing_ends else None
    zone = find_zone(campaign.time_zone)
    if minute is None or zone is None:
        return math.inf
    today = datetime.fromtimestamp(now, zone).replace(hour=0, minute=0, second=0, microsecond=0)
    ends_at = (today + timedelta(minutes=minute)).timestamp()
    return ends_at if ends_at > now else math.inf
