"""Lead scores: each campaign's answer model, learned from its own attempts, and the leads that pacing may choose from.

A lead is scored when it is offered or dialed, not on every decision. Until the model beats the plain answer rate it is
silent, nothing is offered, and the hopper is dialed in order.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import chain, islice
from typing import NamedTuple

from campaigns.model import Campaign, Lead, PhoneKind
from campaigns.rules.window import find_zone
from dialer.pds.history import NumberHistory
from dialer.pds.hopper import Hopper
from pacing.answer_model import AnswerModel, attempt_features
from pacing.estimators.answer_rates import AnswerKey
from pacing.estimators.signalling import Signal
from pacing.model import CallResult

OFFERED_MAX = 64
OFFERED_MIN = 8
OFFERED_S = 120.0
"""As many leads are offered as are dialed in this long, between these limits: a lead waits about so long on offer."""
PASSED_OVER_S_MAX = 300.0
"""A lead that has been on offer for longer goes first; well before its lease ends."""
SCORE_LIFE_S = 60.0
"""A score is made anew when it is this old: the model has learned more and the hour may have changed."""
ATTRIBUTES_MAX = 8
ATTRIBUTE_LENGTH_MAX = 40
"""Attributes that are read: the first few, and none with a value so long that hardly two leads can share it."""
AREA_LENGTH = 5
"""A number's first characters: plus sign, country code and area, such as +1202."""
LIST_ATTRIBUTE = "list"
"""A lead's attribute of this name says from which list it came."""
DAY_S = 86400.0

Features = dict[str, str]
Known = Features | AnswerKey
"""What was known of an attempt when it was dialed, as the estimator that scored it wants it told again."""


class Score(NamedTuple):
    """What the model makes of one lead."""

    features: Known
    probability: float | None
    """The chance that a person answers; None while the model is silent."""


class Offer(NamedTuple):
    """The leads that pacing may choose from."""

    leads: tuple[Lead, ...] = ()
    probabilities: tuple[float, ...] = ()
    in_order: int = 0
    """So many, the first, are dialed before any other."""


class _Offered(NamedTuple):
    first_at: float
    scored_at: float
    score: Score


class LeadScores:
    """One campaign's scores."""

    __slots__ = ("_model", "_offered")

    def __init__(self) -> None:
        self._model = AnswerModel()
        self._offered: dict[int, _Offered] = {}
        """The leads of the last offer, by id."""

    @property
    def is_trusted(self) -> bool:
        """Whether the model has lately foretold answers better than the plain answer rate."""
        return self._model.is_trusted

    def offer(self, campaign: Campaign, hopper: Hopper, history: NumberHistory, now: float) -> Offer:
        """The next leads of one priority with their chances, empty while the model is silent."""
        if not self._model.is_trusted:
            self._offered = {}
            return Offer()
        leads = tuple(first_of_one_priority(hopper, now))
        self._offered = {lead.lead_id: self._renewed(campaign, lead, history, now) for lead in leads}
        offered = self._offered.values()
        in_order = len(leads)
        if campaign.pacing.chooses_leads:
            in_order = sum(now - one.first_at > PASSED_OVER_S_MAX for one in offered)
        probabilities = tuple(one.score.probability for one in offered if one.score.probability is not None)
        return Offer(leads, probabilities, in_order) if len(probabilities) == len(leads) else Offer()

    def score(self, campaign: Campaign, lead: Lead, history: NumberHistory, now: float, trunk: str = "") -> Score:
        """What the model makes of a lead that is dialed now; it is the same on every trunk."""
        del trunk
        offered = self._offered.get(lead.lead_id)
        return offered.score if offered is not None else self._score(campaign, lead, history, now)

    def signalled(self, probability: float, signal: Signal, now: float) -> float:
        """The chance of a call in flight, as pacing wants it, once it is known how it rings."""
        return self._model.as_placed(probability, signal, now)

    def learn(self, features: Known, result: CallResult, now: float, signal: Signal | None = None) -> None:
        """Learn from an attempt; one that was given up says too little of what would have become of it."""
        if result is not CallResult.CANCELLED and isinstance(features, dict):
            # Anything else was scored by the rates that the campaign had before.
            self._model.update(features, result is CallResult.ANSWERED, now, signal)

    def _renewed(self, campaign: Campaign, lead: Lead, history: NumberHistory, now: float) -> _Offered:
        known = self._offered.get(lead.lead_id)
        if known is not None and now - known.scored_at < SCORE_LIFE_S:
            return known
        return _Offered(now if known is None else known.first_at, now, self._score(campaign, lead, history, now))

    def _score(self, campaign: Campaign, lead: Lead, history: NumberHistory, now: float) -> Score:
        features = lead_features(campaign, lead, history, now)
        return Score(features, self._model.probability(features, now))


def in_order_of(offer: Offer, chosen: Iterable[int], hopper: Hopper) -> Iterator[Lead]:
    """The order in which to dial: leads that must go first, those chosen by index, and the others should these not do.

    Indices that are none are left out.
    """
    wanted = dict.fromkeys((*range(offer.in_order), *chosen))
    first = {lead.lead_id: lead for lead in (offer.leads[index] for index in wanted if 0 <= index < len(offer.leads))}
    return chain(first.values(), (lead for lead in hopper.peek() if lead.lead_id not in first))


def lead_features(campaign: Campaign, lead: Lead, history: NumberHistory, now: float) -> Features:
    """All that is known of an attempt before it is made."""
    local = datetime.fromtimestamp(now, find_zone(lead.time_zone or campaign.time_zone))
    tried = history.find(lead.number)
    attributes = [
        (f"attribute {name}", value)
        for name, value in lead.attributes.items()
        if name != LIST_ATTRIBUTE and len(value) <= ATTRIBUTE_LENGTH_MAX
    ]
    return attempt_features(
        hour=local.hour,
        weekday=local.weekday(),
        attempt_number=lead.attempts_made + 1,
        last_outcome="" if tried is None else str(tried.outcome),
        days_since_last=None if tried is None else (now - tried.placed_at) / DAY_S,
        list_name=list_of(lead),
        number_kind="" if lead.phone_kind is PhoneKind.UNKNOWN else str(lead.phone_kind),
        area=lead.number[:AREA_LENGTH],
        others=attributes[:ATTRIBUTES_MAX],
    )


def list_of(lead: Lead) -> str:
    """The list a lead came from: its own, or its attribute of that name."""
    return str(lead.list_id) if lead.list_id else lead.attributes.get(LIST_ATTRIBUTE, "")


def first_of_one_priority(hopper: Hopper, now: float) -> Iterator[Lead]:
    """Leads that may be dialed in any order: choosing must not put a lower priority before a higher one."""
    count = min(OFFERED_MAX, max(OFFERED_MIN, int(OFFERED_S * hopper.rate(now))))
    priority: int | None = None
    for lead in islice(hopper.peek(), count):
        if priority is None:
            priority = lead.priority
        elif lead.priority != priority:
            return
        yield lead
