"""The hopper: leads reserved for one campaign, waiting to be dialed, in the order in which the store gave them.

It holds what is dialed in `hopper_s` seconds at the present rate, asks for more when half of that is gone, and asks an
empty list again only after a pause that doubles up to the poll's rhythm. A lead whose lease is about to run out is
given back, so that the store and the hopper never disagree about who holds it.
"""

import math
from collections.abc import Iterable, Iterator

from campaigns.model import Lead
from dialer.model import EngineSettings

RATE_HALF_LIFE_S = 30.0
"""How fast the estimate of the dialing rate forgets."""
DRY_PAUSE_S_MIN = 2.0
DRY_PAUSE_S_MAX = 15.0
ANSWER_S_MAX = 60.0
"""A reservation that the store has not answered by then is asked for again."""
LEASE_MARGIN_S = 60.0
"""How long before the end of its lease a lead is given back."""


class Hopper:
    """The reserved leads of one campaign and when to ask for more."""

    __slots__ = (
        "_asked",
        "_asked_at",
        "_dry_pause_s",
        "_dry_until",
        "_leads",
        "_margin_s",
        "_rate",
        "_rate_at",
        "_settings",
    )

    def __init__(self, settings: EngineSettings) -> None:
        self._settings = settings
        self._margin_s = min(LEASE_MARGIN_S, settings.lease_s / 2)
        self._leads: dict[int, tuple[Lead, float]] = {}
        self._asked = 0
        self._asked_at = 0.0
        self._dry_until = 0.0
        self._dry_pause_s = DRY_PAUSE_S_MIN
        self._rate = 0.0
        self._rate_at = 0.0

    def __len__(self) -> int:
        return len(self._leads)

    @property
    def is_waiting(self) -> bool:
        """Whether a reservation has been asked for and not answered."""
        return self._asked > 0

    def count_to_reserve(self, now: float) -> int:
        """How many leads to ask the store for now; 0 for none. The caller then sends that reservation."""
        if self._asked and now < self._asked_at + ANSWER_S_MAX:
            return 0
        if now < self._dry_until:
            return 0
        settings = self._settings
        level = min(settings.hopper_max, max(settings.hopper_min, int(settings.hopper_s * self.rate(now)) + 1))
        missing = level - len(self._leads)
        if 2 * missing < level:
            return 0
        self._asked = missing
        self._asked_at = now
        return missing

    def add(self, leads: tuple[Lead, ...], now: float) -> tuple[Lead, ...]:
        """Take in what the store reserved; returns the leads for which there is no room."""
        if self._asked:
            if len(leads) < self._asked:
                self._dry_until = now + self._dry_pause_s
                self._dry_pause_s = min(DRY_PAUSE_S_MAX, 2 * self._dry_pause_s)
            else:
                self._dry_pause_s = DRY_PAUSE_S_MIN
            self._asked = 0
        leased_until = now + self._settings.lease_s - self._margin_s
        too_many = []
        for lead in leads:
            if len(self._leads) >= self._settings.hopper_max and lead.lead_id not in self._leads:
                too_many.append(lead)
            else:
                self._leads[lead.lead_id] = (lead, leased_until)
        return tuple(too_many)

    def peek(self) -> Iterator[Lead]:
        """The leads in the order in which they are to be dialed; `take` those used when done."""
        return (lead for lead, _ in self._leads.values())

    def leased_until(self, lead_id: int) -> float:
        """Until when a lead in the hopper is surely ours."""
        return self._leads[lead_id][1]

    def take(self, lead_ids: Iterable[int]) -> None:
        """Take leads out."""
        for lead_id in lead_ids:
            del self._leads[lead_id]

    def count_dialed(self, calls: int, now: float) -> None:
        """Tell the hopper that so many calls were just decided on."""
        self._rate = self.rate(now) + calls * math.log(2) / RATE_HALF_LIFE_S
        self._rate_at = now

    def rate(self, now: float) -> float:
        """Calls per second of late, an exponentially forgetting mean."""
        return self._rate * math.exp2((self._rate_at - now) / RATE_HALF_LIFE_S)

    def expire(self, now: float) -> tuple[int, ...]:
        """Take out the leads whose lease is about to run out; returns those that are still ours to give back."""
        margin = self._margin_s
        ours = []
        while self._leads:
            lead_id, (_, leased_until) = next(iter(self._leads.items()))
            if now < leased_until:
                break
            del self._leads[lead_id]
            if now < leased_until + margin / 2:
                ours.append(lead_id)
        return tuple(ours)

    def remove_numbers(self, numbers: frozenset[str]) -> tuple[int, ...]:
        """Take out every lead with one of these numbers; returns their ids."""
        found = tuple(lead_id for lead_id, (lead, _) in self._leads.items() if lead.number in numbers)
        for lead_id in found:
            del self._leads[lead_id]
        return found

    def empty(self) -> tuple[int, ...]:
        """Take everything out; returns the ids, to be given back."""
        found = tuple(self._leads)
        self._leads.clear()
        self._asked = 0
        self._dry_until = 0.0
        self._dry_pause_s = DRY_PAUSE_S_MIN
        return found

    def wake(self) -> None:
        """Forget that the list was dry: leads may have been added."""
        self._dry_until = 0.0
