"""What becomes of new leads: added, merged into one that is there, or left out; every store adds by these functions."""

from collections.abc import Container, Iterable, Mapping, Sequence
from typing import TypeVar

from msgspec.structs import replace

from campaigns.consents import NO_CONSENT_STATED
from campaigns.imports import AddRules, OnDuplicate
from campaigns.model import Lead, LeadNumber, NewLead, PhoneKind
from campaigns.ports import LeadsAdded

L = TypeVar("L", NewLead, Lead)


class Sorting:
    """New leads sorted by what is to be done with them."""

    def __init__(self) -> None:
        self.new: list[NewLead] = []
        self.updates: dict[int, list[NewLead]] = {}
        """By the id of the lead that is there, in the order handed in."""
        self.updated = 0
        self.duplicates_at: list[int] = []
        self.blocked_at: list[int] = []

    def report(self) -> LeadsAdded:
        """The answer of `add_leads`."""
        return LeadsAdded(
            accepted=len(self.new),
            duplicates=len(self.duplicates_at),
            blocked=len(self.blocked_at),
            updated=self.updated,
            duplicates_at=tuple(self.duplicates_at),
            blocked_at=tuple(self.blocked_at),
        )


def sort_out(
    handed_in: Sequence[NewLead], rules: AddRules, blocked: Container[str], known: Mapping[str, int]
) -> Sorting:
    """Sort new leads.

    Args:
        handed_in: the leads.
        rules: when a number counts as there already, and what follows.
        blocked: numbers on the do-not-call list; may hold others.
        known: the lead of each number that is there already, within the scope of the rules.
    """
    found = Sorting()
    places: dict[str, int] = {}
    for index, lead in enumerate(handed_in):
        number = lead.number
        if not (lead.numbers or number in known or number in places or number in blocked):
            # Most leads, and millions of them: one number, and nothing against it.
            places[number] = len(found.new)
            found.new.append(lead)
            continue
        reachable = without_blocked(lead, blocked)
        if reachable is None:
            found.blocked_at.append(index)
            continue
        numbers = numbers_of(reachable)
        there = _first(numbers, known)
        place = _first(numbers, places) if there is None else None
        if there is None and place is None:
            places.update(dict.fromkeys(numbers, len(found.new)))
            found.new.append(reachable)
            continue
        found.duplicates_at.append(index)
        if rules.duplicates is OnDuplicate.UPDATE:
            found.updated += 1
            if there is not None:
                found.updates.setdefault(there, []).append(reachable)
            elif place is not None:
                found.new[place] = merged(found.new[place], reachable)
                places.update(dict.fromkeys(numbers_of(found.new[place]), place))
    return found


def numbers_of(lead: NewLead | Lead) -> tuple[str, ...]:
    """All numbers of a lead."""
    return tuple(one.number for one in lead.numbers) if lead.numbers else (lead.number,)


def without_blocked(lead: NewLead, blocked: Container[str]) -> NewLead | None:
    """The new lead with the numbers that may be called, or None where there is none."""
    if not lead.numbers:
        return None if lead.number in blocked else lead
    if not any(one.number in blocked for one in lead.numbers):
        return lead
    left = [one for one in lead.numbers if one.number not in blocked]
    return with_numbers(lead, left) if left else None


def with_numbers(lead: NewLead, numbers: Iterable[LeadNumber]) -> NewLead:
    """The new lead with these numbers, the best first."""
    ordered = sorted(numbers, key=lambda one: -one.priority)
    several = tuple(ordered) if len(ordered) > 1 else ()
    return replace(lead, number=ordered[0].number, phone_kind=ordered[0].kind, numbers=several)


def merged(first: NewLead, second: NewLead) -> NewLead:
    """A new lead that takes over what a later one of the same number states."""
    joined = _joined_numbers(first, second)
    lead = first if joined == first.numbers else with_numbers(first, joined)
    return _taken_over(lead, second)


def updated(lead: Lead, new: NewLead) -> Lead:
    """A stored lead that takes over what a new one of the same number states; what it does not state stays."""
    return _taken_over(replace(lead, numbers=_joined_numbers(lead, new)), new)


def rest_of_numbers(lead: Lead, blocked: Container[str]) -> Lead | None:
    """The lead without its blocked numbers and, where its next number is one, with the best of those left; or None."""
    left = tuple(one for one in lead.numbers if one.number not in blocked)
    if not left:
        return None
    several = left if len(left) > 1 else ()
    if lead.number not in blocked:
        return replace(lead, numbers=several)
    return replace(lead, number=left[0].number, phone_kind=left[0].kind, numbers=several)


def _first(numbers: Iterable[str], places: Mapping[str, int]) -> int | None:
    return next((places[number] for number in numbers if number in places), None)


def _joined_numbers(first: NewLead | Lead, second: NewLead | Lead) -> tuple[LeadNumber, ...]:
    later = {one.number: one for one in _numbers(second)}
    of_first = [_restated(one, later.pop(one.number, one)) for one in _numbers(first)]
    ordered = sorted([*of_first, *later.values()], key=lambda one: -one.priority)
    return tuple(ordered) if len(ordered) > 1 else ()


def _restated(number: LeadNumber, later: LeadNumber) -> LeadNumber:
    kind = number.kind if later.kind is PhoneKind.UNKNOWN else later.kind
    return LeadNumber(number=number.number, kind=kind, priority=later.priority or number.priority)


def _numbers(lead: NewLead | Lead) -> tuple[LeadNumber, ...]:
    return lead.numbers or (LeadNumber(number=lead.number, kind=lead.phone_kind),)


def _taken_over(lead: L, new: NewLead) -> L:
    kinds = {one.number: one.kind for one in _numbers(new)}
    kind = kinds.get(lead.number, PhoneKind.UNKNOWN)
    return replace(
        lead,
        name=new.name or lead.name,
        time_zone=new.time_zone or lead.time_zone,
        priority=new.priority or lead.priority,
        attributes={**lead.attributes, **new.attributes},
        external_id=new.external_id or lead.external_id,
        phone_kind=lead.phone_kind if kind is PhoneKind.UNKNOWN else kind,
        postal_code=new.postal_code or lead.postal_code,
        language=new.language or lead.language,
        consent=lead.consent if new.consent == NO_CONSENT_STATED else new.consent,
    )
