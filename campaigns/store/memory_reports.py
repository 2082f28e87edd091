"""Counts for reports from the listings of any store: one row at a time, slow and plain.

For simulations, and in tests the second opinion on the counting in SQL.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeVar

import msgspec
from msgspec.structs import replace

from campaigns.model import ANSWERED_BY_PERSON, Attempt, Cdr, Lead, LeadStatus, Outcome
from campaigns.ports import AttemptFilter, CampaignStore, ImportFilter, LeadFilter, Page
from campaigns.reports.compliance import CONNECT_S_MAX, SHORT_RING_S
from campaigns.reports.importing import tally_imports, used_by_imports
from campaigns.reports.model import (
    QUARTER_S,
    AgentStay,
    AgentTally,
    CallTally,
    DigitTally,
    ImportTally,
    Key,
    LeadTally,
    ListName,
    ReportFilter,
    Tally,
    UsageTally,
)
from campaigns.skips import Skip, SkipFilter, SkipTally
from campaigns.store import progress
from campaigns.store.listing import PAGE_MAX
from campaigns.terms import AnswerHour

R = TypeVar("R")
F = TypeVar("F", AttemptFilter, LeadFilter, SkipFilter)


class MemoryReports:
    """Implements `campaigns.reports.port.ReportStore` over a campaign store; agents' time is kept here."""

    def __init__(self, store: CampaignStore) -> None:
        self._store = store
        self._stays: dict[tuple[int, str, float], AgentStay] = {}
        self._lists: dict[int, int] = {}
        """The list of each lead seen: it never changes."""

    def tally(self, wanted: ReportFilter, keys: Sequence[Key] = ()) -> Sequence[Tally]:
        """See the port."""
        groups: defaultdict[tuple[Any, ...], list[Attempt]] = defaultdict(list)
        for attempt in self._attempts(wanted):
            values = tuple(self._value(attempt, key) for key in keys)
            groups[attempt.campaign_id, attempt.outcome, values].append(attempt)
        return tuple(
            Tally(
                campaign_id=campaign_id,
                keys=values,
                outcome=outcome,
                attempts=len(found),
                not_placed=sum(map(_is_not_placed, found)),
                talk_s=sum(_between(one.bridged_at, one.ended_at) for one in found),
                wait_s=sum(_between(one.waited_from, one.bridged_at) for one in found),
            )
            for (campaign_id, outcome, values), found in groups.items()
        )

    def tally_leads(self, campaign_ids: Sequence[int]) -> Sequence[LeadTally]:
        """See the port."""
        outcomes: defaultdict[int, set[Outcome | None]] = defaultdict(set)
        for attempt in self._attempts(ReportFilter(campaign_ids=tuple(campaign_ids))):
            outcomes[attempt.lead_id].add(attempt.outcome)
        found: defaultdict[tuple[int, int], Counter[str]] = defaultdict(Counter)
        for lead in self._leads(campaign_ids):
            tried = outcomes[lead.lead_id]
            found[lead.campaign_id, lead.list_id].update(
                leads=1,
                leads_open=int(lead.status is not LeadStatus.CLOSED),
                leads_dialed=int(bool(tried)),
                leads_reached=int(bool(tried & ANSWERED_BY_PERSON)),
                leads_invalid=int(Outcome.INVALID_NUMBER in tried),
            )
        return tuple(
            LeadTally(campaign_id=campaign_id, list_id=list_id, **counted)
            for (campaign_id, list_id), counted in found.items()
        )

    def tally_imports(self, campaign_ids: Sequence[int]) -> Sequence[ImportTally]:
        """See the port."""
        pages = [self._store.lead_imports(ImportFilter(campaign_id=one, limit=PAGE_MAX)) for one in campaign_ids]
        return tally_imports(one for page in pages for one in page.items)

    def list_names(self, campaign_ids: Sequence[int]) -> Sequence[ListName]:
        """See the port."""
        return tuple(
            msgspec.convert(msgspec.to_builtins(one), ListName)
            for campaign_id in campaign_ids
            for one in self._store.lists(campaign_id)
        )

    def tally_calls(self, wanted: ReportFilter) -> Sequence[CallTally]:
        """See the port."""
        found: defaultdict[tuple[int, int], Counter[str]] = defaultdict(Counter)
        for one in self._attempts(replace(wanted, list_id=None)):
            rang_s = None if one.ringing_at is None or one.ended_at is None else one.ended_at - one.ringing_at
            is_unanswered = one.outcome in {Outcome.NO_ANSWER, Outcome.CANCELLED}
            found[one.campaign_id, int(one.placed_at // QUARTER_S)].update(
                placed=int(not _is_not_placed(one)),
                late_connects=int(_between(one.waited_from, one.bridged_at) > CONNECT_S_MAX),
                short_rings=int(is_unanswered and rang_s is not None and rang_s < SHORT_RING_S),
                refused=int(one.outcome is Outcome.REFUSED),
            )
        return tuple(
            CallTally(campaign_id=campaign_id, quarter=quarter, **counted)
            for (campaign_id, quarter), counted in found.items()
        )

    def tally_digits(self, wanted: ReportFilter) -> Sequence[DigitTally]:
        """See the port."""
        found = Counter(
            (one.campaign_id, int(one.started_at // QUARTER_S), one.digits)
            for one in self._cdrs(wanted)
            if one.answered_at is not None
        )
        return tuple(
            DigitTally(campaign_id=key[0], quarter=key[1], digits=key[2], calls=calls) for key, calls in found.items()
        )

    def tally_skips(self, wanted: ReportFilter) -> Sequence[SkipTally]:
        """See the port."""
        groups: defaultdict[tuple[int, str, str], list[Skip]] = defaultdict(list)
        for campaign_id in wanted.campaign_ids:
            listing = SkipFilter(campaign_id=campaign_id, since=wanted.since, until=wanted.until, limit=PAGE_MAX)
            for one in _all(self._store.skips, listing):
                if wanted.list_id in {None, self._list_of(one)}:
                    groups[one.campaign_id, one.agent_id, one.reason].append(one)
        return tuple(
            SkipTally(
                campaign_id=key[0],
                agent_id=key[1],
                reason=key[2],
                skips=len(found),
                looked_s=sum(one.looked_s for one in found),
            )
            for key, found in groups.items()
        )

    def tally_usage(self, wanted: ReportFilter) -> Sequence[UsageTally]:
        """See the port; there are no recordings here."""
        calls = [
            UsageTally(
                campaign_id=one.campaign_id,
                quarter=int(one.started_at // QUARTER_S),
                calls=1,
                answered=int(one.answered_at is not None),
                answered_s=_between(one.answered_at, one.ended_at),
                talk_s=one.talk_s,
            )
            for one in self._cdrs(wanted)
        ]
        pages = [self._store.lead_imports(ImportFilter(campaign_id=one, limit=PAGE_MAX)) for one in wanted.campaign_ids]
        return (*calls, *used_by_imports((one for page in pages for one in page.items), wanted))

    def answer_hours(self, campaign_id: int) -> Sequence[AnswerHour]:
        """See the port."""
        found: dict[int, AnswerHour] = {}
        for attempt in self._attempts(ReportFilter(campaign_ids=(campaign_id,))):
            hour = None if attempt.answered_at is None else progress.answer_hour(attempt, attempt.answered_at)
            if hour is not None:
                found[hour.hour] = hour if hour.hour not in found else found[hour.hour].plus(hour)
        return tuple(found[hour] for hour in sorted(found))

    def tally_agents(self, tenant_id: int, since: float | None, until: float | None) -> Sequence[AgentTally]:
        """See the port."""
        groups: defaultdict[tuple[str, int, str], list[AgentStay]] = defaultdict(list)
        for stay in self._stays.values():
            is_within = (since is None or stay.started_at >= since) and (until is None or stay.started_at < until)
            if stay.tenant_id == tenant_id and is_within:
                groups[stay.agent_id, int(stay.started_at // QUARTER_S), stay.state].append(stay)
        return tuple(
            AgentTally(
                agent_id=agent_id,
                quarter=quarter,
                state=state,
                seconds=sum(stay.ended_at - stay.started_at for stay in stays),
                entries=sum(stay.is_entry for stay in stays),
                first_at=min(stay.started_at for stay in stays),
                last_at=max(stay.ended_at for stay in stays),
            )
            for (agent_id, quarter, state), stays in groups.items()
        )

    def write_stays(self, stays: Sequence[AgentStay]) -> None:
        """See the port."""
        self._stays.update({(stay.tenant_id, stay.agent_id, stay.started_at): stay for stay in stays})

    def _attempts(self, wanted: ReportFilter) -> Iterator[Attempt]:
        for campaign_id in wanted.campaign_ids:
            listing = AttemptFilter(campaign_id=campaign_id, since=wanted.since, until=wanted.until, limit=PAGE_MAX)
            for attempt in _all(self._store.attempts, listing):
                if wanted.list_id in {None, self._list_of(attempt)}:
                    yield attempt

    def _cdrs(self, wanted: ReportFilter) -> Iterator[Cdr]:
        for campaign_id in wanted.campaign_ids:
            listing = AttemptFilter(campaign_id=campaign_id, since=wanted.since, until=wanted.until, limit=PAGE_MAX)
            yield from _all(self._store.cdrs, listing)

    def _leads(self, campaign_ids: Sequence[int]) -> Iterator[Lead]:
        for campaign_id in campaign_ids:
            yield from _all(self._store.leads, LeadFilter(campaign_id=campaign_id, limit=PAGE_MAX))

    def _value(self, attempt: Attempt, key: Key) -> int | str:
        match key:
            case Key.QUARTER:
                return int(attempt.placed_at // QUARTER_S)
            case Key.LIST:
                return self._list_of(attempt)
            case Key.AGENT:
                return attempt.agent_id
        value: int | str = getattr(attempt, key.value)
        return value

    def _list_of(self, one: Attempt | Skip) -> int:
        if one.lead_id not in self._lists:
            self._lists[one.lead_id] = self._store.lead(one.lead_id).list_id
        return self._lists[one.lead_id]


def _all(read: Callable[[F], Page[R]], wanted: F) -> Iterator[R]:
    while True:
        page = read(wanted)
        yield from page.items
        if page.cursor is None:
            return
        wanted = replace(wanted, cursor=page.cursor)


def _is_not_placed(attempt: Attempt) -> bool:
    is_withdrawn = attempt.outcome is Outcome.CANCELLED and attempt.cause.startswith("not placed:")
    return attempt.outcome is Outcome.REFUSED or is_withdrawn


def _between(start: float | None, end: float | None) -> float:
    return 0.0 if start is None or end is None else end - start
