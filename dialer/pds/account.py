"""A campaign's abandon account: persons who answered, and those of them who found no agent in time."""

from campaigns.model import CampaignTask
from pacing.model import AbandonBudget


class AbandonAccount:
    """Seeded from the attempts in the database when the engine first meets the campaign, then kept by the engine."""

    __slots__ = ("_budget", "abandoned", "answered", "window_started_at")

    def __init__(self, task: CampaignTask) -> None:
        self._budget: AbandonBudget | None = None
        self._read(task)

    def follow(self, task: CampaignTask) -> None:
        """Begin anew from the database when the regulator's window has moved on; otherwise our own count stands.

        Within a window the engine knows more than the database, where results arrive later.
        """
        if task.window_started_at > self.window_started_at:
            self._read(task)

    def budget(self, rate_max: float) -> AbandonBudget:
        """The account as pacing sees it; made anew only when something in it has changed."""
        budget = self._budget
        if budget is None or budget.rate_max != rate_max:
            budget = self._budget = AbandonBudget(
                rate_max=rate_max,
                answered=self.answered,
                abandoned=self.abandoned,
                window_started_at=self.window_started_at,
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
