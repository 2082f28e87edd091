"""The compliance gate: may this lead be dialed now? Every rule that says no is reported, not only the first.

The store asks when it chooses leads, the engine at the moment of dialing, and the store once more in the transaction
that writes the attempt, without which no call is placed. Anything that cannot be judged (an unknown time zone, a window
that cannot be read, a national list that is missing) is a refusal.
"""

from collections.abc import Callable, Container

import msgspec

from campaigns.model import Campaign, Lead
from campaigns.ports import Verdict
from campaigns.rules.checks import CHECKS, Case, Check, GateRule, Seen
from campaigns.rules.past import cap_frees_at, quiet_until
from campaigns.rules.places.place import NOWHERE, Place, place_of
from campaigns.rules.profiles.reading import GENERAL
from campaigns.rules.ruleset import RuleSet, dates_of, rule_set
from campaigns.rules.window import opens_at

GATES_MAX = 256
RULE_SETS_MAX = 10_000

CAMPAIGN_CHECKS = tuple(check for check in CHECKS if check.is_of_campaign)
WINDOW_CHECKS = tuple(check for check in CHECKS if check.rule in (GateRule.TIME_ZONE, GateRule.CALLING_WINDOW))
NO_LEAD = Lead(lead_id=0, campaign_id=0, number="")
NOTHING_SEEN = Seen()


class Refusal(msgspec.Struct, frozen=True, gc=False):
    """One rule that says no, and why in words."""

    rule: GateRule
    reason: str


_Judge = tuple[RuleSet, tuple[Check, ...], tuple[Callable[[Case], bool], ...]]
"""A rule set, the checks that may refuse somebody under it, and what each of them asks."""


class Gate:
    """The gate of one campaign; made anew when its settings change."""

    __slots__ = ("_dates", "_rule_sets", "campaign")

    def __init__(self, campaign: Campaign) -> None:
        self.campaign = campaign
        self._dates = dates_of(campaign)
        self._rule_sets: dict[tuple[Place, str], _Judge] = {}
        """By place and stated zone, with the checks that may refuse somebody there."""

    def refusals(self, lead: Lead, now: float, seen: Seen) -> tuple[Refusal, ...]:
        """All the rules by which `lead` may not be dialed now; empty means it may be.

        Args:
            lead: open, or reserved for the dialer that asks.
            now: Unix seconds.
            seen: what the asker knows beside them.
        """
        rules, checks, asked = self._judged_by(lead)
        case = Case(self.campaign, lead, rules, self._dates, now, seen)
        for lets_through in asked:
            if not lets_through(case):
                return _refused(checks, case)
        return ()

    def verdicts(self, lead: Lead, now: float, seen: Seen) -> tuple[Verdict, ...]:
        """What every rule says, those included that let the call through: the evidence."""
        case = self._case(lead, now, seen)
        return tuple(Verdict(check.rule, check.lets_through(case), check.tell(case)) for check in CHECKS)

    def campaign_refusals(self, now: float) -> tuple[Refusal, ...]:
        """The rules by which nobody of the campaign may be dialed, whoever it is."""
        rules = self._rules(NOWHERE, "")
        return _refused(CAMPAIGN_CHECKS, Case(self.campaign, NO_LEAD, rules, self._dates, now, NOTHING_SEEN))

    def window_refusals(self, time_zone: str, now: float) -> tuple[Refusal, ...]:
        """What the campaign's window says of a time zone; of none stated only where numbers tell no more."""
        if not time_zone and self.campaign.compliance != GENERAL:
            return ()
        rules = self._rules(NOWHERE, time_zone)
        return _refused(WINDOW_CHECKS, Case(self.campaign, NO_LEAD, rules, self._dates, now, NOTHING_SEEN))

    @property
    def needs_past(self) -> bool:
        """Whether earlier attempts at a number can matter; a store that need not look them up is faster."""
        return self.campaign.compliance != GENERAL or bool(self.campaign.attempt_caps)

    def rules_for(self, lead: Lead) -> RuleSet:
        """The rules that hold for a lead, by where the person may be."""
        return self._judged_by(lead)[0]

    def not_before(self, lead: Lead, now: float, seen: Seen) -> float | None:
        """The earliest time at which the clock, caps and quiet periods could let a refused lead through.

        None where they never do. It is a time to look again, not a promise: other rules may refuse then.
        """
        rules = self.rules_for(lead)
        past = seen.past or ()
        at = now
        for quiet in rules.quiet:
            at = max(at, quiet_until(quiet, past, rules.zones) or now)
        for cap in rules.caps:
            frees_at = cap_frees_at(cap, past, lead.campaign_id, lead.lead_id, rules.zones, now)
            if frees_at is None:
                return None
            at = max(at, frees_at)
        return opens_at(rules.clock.hours, rules.clock.zones, at)

    def _case(self, lead: Lead, now: float, seen: Seen) -> Case:
        return Case(self.campaign, lead, self.rules_for(lead), self._dates, now, seen)

    def _judged_by(self, lead: Lead) -> _Judge:
        if self.campaign.compliance == GENERAL:
            return self._at(NOWHERE, lead.time_zone)
        return self._at(place_of(lead.number, lead.postal_code, lead.time_zone), lead.time_zone)

    def _rules(self, place: Place, time_zone: str) -> RuleSet:
        return self._at(place, time_zone)[0]

    def _at(self, place: Place, time_zone: str) -> _Judge:
        key = (place, time_zone)
        found = self._rule_sets.get(key)
        if found is None:
            if len(self._rule_sets) >= RULE_SETS_MAX:
                self._rule_sets.clear()
            rules = rule_set(self.campaign, place, time_zone)
            anybody = Case(self.campaign, NO_LEAD, rules, self._dates, 0.0, NOTHING_SEEN)
            checks = tuple(check for check in CHECKS if check.may_refuse(anybody))
            found = (rules, checks, tuple(check.lets_through for check in checks))
            self._rule_sets[key] = found
        return found


def gate_of(campaign: Campaign) -> Gate:
    """The gate of a campaign, kept as long as its settings stay."""
    latest = _LATEST.get(campaign.campaign_id)
    if latest is not None and latest[0] is campaign:
        return latest[1]
    key = msgspec.json.encode(campaign)
    gate = _GATES.get(key)
    if gate is None:
        if len(_GATES) >= GATES_MAX:
            _GATES.clear()
        gate = _GATES[key] = Gate(campaign)
    if len(_LATEST) >= GATES_MAX:
        _LATEST.clear()
    _LATEST[campaign.campaign_id] = (campaign, gate)
    return gate


def refusals(campaign: Campaign, lead: Lead, now: float, blocked: Container[str]) -> tuple[Refusal, ...]:
    """All the rules by which `lead` may not be dialed now, judged by no more than these; empty means it may be."""
    return gate_of(campaign).refusals(lead, now, Seen(blocked=blocked))


def campaign_refusals(campaign: Campaign, now: float) -> tuple[Refusal, ...]:
    """The rules by which nobody of the campaign may be dialed, whoever it is."""
    return gate_of(campaign).campaign_refusals(now)


def window_refusal(campaign: Campaign, time_zone: str, now: float) -> Refusal | None:
    """Why nobody in this time zone may be called now by the campaign's own window, or None; empty means the campaign's.

    The store asks this once for each distinct zone of a campaign's leads, and reserves only from those that are open.
    """
    found = gate_of(campaign).window_refusals(time_zone, now)
    return found[0] if found else None


_GATES: dict[bytes, Gate] = {}
_LATEST: dict[int, tuple[Campaign, Gate]] = {}
"""The gate last asked for, by campaign id: most often the same campaign asks again."""


def _refused(checks: tuple[Check, ...], case: Case) -> tuple[Refusal, ...]:
    refused = [check for check in checks if not check.lets_through(case)]
    return tuple([Refusal(check.rule, check.tell(case)) for check in refused]) if refused else ()
