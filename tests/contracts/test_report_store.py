"""What every store of reports must count: SQLite and PostgreSQL against the plain counting over listings."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from msgspec.structs import replace

from campaigns.imports import AddRules, ImportStatus, LeadImport
from campaigns.model import Attempt, Campaign, Lead, NewLead, Outcome
from campaigns.ports import CampaignStore, LeadFilter, Result
from campaigns.reports.model import AgentStay, Key, ReportFilter
from campaigns.reports.port import ReportStore
from campaigns.store.memory import MemoryStore
from campaigns.store.memory_reports import MemoryReports
from campaigns.store.opening import open_store
from campaigns.store.sql_reports import SqlReports
from tests.contracts.conftest import on_postgres
from tests.contracts.test_campaign_store import NOON, SPRING, ended, next_attempt, number

KINDS = (
    Outcome.CONNECTED,
    Outcome.ABANDONED,
    Outcome.NO_ANSWER,
    Outcome.BUSY,
    Outcome.MACHINE,
    Outcome.MENU_ENDED,
    Outcome.CANCELLED,
    Outcome.INVALID_NUMBER,
)


@pytest.fixture(params=["memory", "sqlite", on_postgres])
def both(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[CampaignStore, ReportStore]]:
    if request.param == "memory":
        memory = MemoryStore()
        yield memory, MemoryReports(memory)
        return
    opened = open_store(request.getfixturevalue(f"empty_{request.param}_url"))
    yield opened, SqlReports(opened.database)
    opened.close()


def fill(store: CampaignStore, seed: int = 3, leads: int = 40, days: int = 3) -> list[Campaign]:
    """Two campaigns, three lists, and attempts over some days with every kind of end."""
    random = np.random.default_rng(seed)
    campaigns = [store.create_campaign(SPRING), store.create_campaign(replace(SPRING, name="summer"))]
    for which, campaign in enumerate(campaigns):
        for name in ("gold", "silver") if which == 0 else ("gold",):
            new = [NewLead(number=number(which * 500 + index + 100 * len(name))) for index in range(leads)]
            list_id = store.open_list(campaign.campaign_id, name)
            store.add_leads(campaign.campaign_id, new, AddRules(list_id=list_id))
        store.add_leads(campaign.campaign_id, [NewLead(number=number(9000 + which))])
    for day in range(days):
        for campaign in campaigns:
            at = NOON + day * 86400.0 * 4
            call(store, store.reserve_leads(campaign.campaign_id, leads, at, 60.0, "engine-1"), at, random)
    return campaigns


def call(store: CampaignStore, leads: Sequence[Lead], at: float, random: np.random.Generator) -> None:
    attempts = [
        replace(
            next_attempt(lead, at + float(random.integers(0, 20_000))),
            caller_id=f"+1202555000{random.integers(0, 3)}",
        )
        for lead in leads
    ]
    written = set(store.record_attempts(attempts))
    results = [end(one, random) for one in attempts if one.attempt_id in written and random.random() < 0.9]
    store.record_results(results, at + 20_000.0)
    for result in results:
        if result.attempt.outcome is Outcome.CONNECTED and random.random() < 0.3:
            said = str(random.choice(["sale", "refusal"]))
            store.record_disposition(result.attempt.attempt_id, "ann", said, at + 20_000.0)


def end(attempt: Attempt, random: np.random.Generator) -> Result:
    outcome = KINDS[int(random.integers(0, len(KINDS)))]
    at = attempt.placed_at
    is_answer = outcome in {Outcome.CONNECTED, Outcome.ABANDONED, Outcome.MACHINE}
    result = ended(attempt, outcome, at + 30.0, at + 10.0 if is_answer else None)
    is_talk = outcome is Outcome.CONNECTED
    finished = replace(
        result.attempt,
        ringing_at=at + 2.0 + float(random.integers(0, 20)),
        asked_at=at + 9.0 if random.random() < 0.5 else None,
        bridged_at=at + 10.0 + float(random.integers(1, 4)) if is_talk else None,
        agent_id=str(random.choice(["ann", "bob"])) if is_talk else "",
        cause="not placed: paused" if outcome is Outcome.CANCELLED and random.random() < 0.5 else "over",
    )
    return replace(result, attempt=finished)


def plain(tallies: Sequence[Any]) -> list[tuple[Any, ...]]:
    """Rows in an order of their own, seconds to the microsecond: sums of floats depend on the order."""
    rows = [
        tuple(round(value, 6) if isinstance(value, float) else value for value in map(row.__getattribute__, names))
        for row in tallies
        for names in [row.__struct_fields__]
    ]
    return sorted(rows, key=repr)


def test_attempts_are_counted_as_one_by_one(both: tuple[CampaignStore, ReportStore]) -> None:
    store, reports = both
    ids = tuple(one.campaign_id for one in fill(store))
    second_opinion = MemoryReports(store)
    (gold, *_) = store.lists(ids[0])
    for wanted in (
        ReportFilter(campaign_ids=ids),
        ReportFilter(campaign_ids=ids[:1], since=NOON + 5000.0, until=NOON + 86400.0 * 4 + 9000.0),
        ReportFilter(campaign_ids=ids, list_id=gold.list_id),
        ReportFilter(campaign_ids=()),
    ):
        for keys in ((), *((key,) for key in Key), (Key.AGENT, Key.QUARTER), (Key.AGENT, Key.DISPOSITION)):
            found = plain(reports.tally(wanted, keys))
            assert found == plain(second_opinion.tally(wanted, keys))
            assert bool(found) == bool(wanted.campaign_ids)


def test_leads_and_lists_are_counted_as_one_by_one(both: tuple[CampaignStore, ReportStore]) -> None:
    store, reports = both
    ids = [one.campaign_id for one in fill(store)]
    second_opinion = MemoryReports(store)
    leads = reports.tally_leads(ids)
    assert plain(leads) == plain(second_opinion.tally_leads(ids))
    assert sum(one.leads for one in leads) == 3 * 40 + 2
    assert any(one.leads_reached for one in leads)
    assert plain(reports.list_names(ids)) == plain(second_opinion.list_names(ids))
    assert len(reports.list_names(ids)) == 3


def test_what_the_law_looks_at_is_counted_as_one_by_one(both: tuple[CampaignStore, ReportStore]) -> None:
    store, reports = both
    ids = tuple(one.campaign_id for one in fill(store))
    wanted = ReportFilter(campaign_ids=ids)
    found = reports.tally_calls(wanted)
    assert plain(found) == plain(MemoryReports(store).tally_calls(wanted))
    assert all(sum(getattr(one, name) for one in found) for name in ("placed", "late_connects", "short_rings"))
    for campaign_id in ids:
        assert reports.answer_hours(campaign_id) == MemoryReports(store).answer_hours(campaign_id)
        assert reports.answer_hours(campaign_id)


def test_imports_are_counted_by_list_without_those_taken_back(both: tuple[CampaignStore, ReportStore]) -> None:
    store, reports = both
    campaign = store.create_campaign(SPRING)
    for status, rows, options in [
        (ImportStatus.FINISHED, 10, "{}"),
        (ImportStatus.RUNNING, 5, "{}"),
        (ImportStatus.ROLLED_BACK, 100, "{}"),
        (ImportStatus.FINISHED, 100, '{"dry_run":true}'),
    ]:
        store.create_import(
            LeadImport(
                import_id=0, campaign_id=campaign.campaign_id, list_id=7, status=status, file_name="a.csv", digest="",
                created_at=NOON, updated_at=NOON, rows=rows, accepted=rows - 3, rejected=2, duplicates=1, blocked=1,
                options=options,
            )
        )  # fmt: skip
    (found,) = reports.tally_imports([campaign.campaign_id])
    assert (found.list_id, found.rows, found.accepted, found.rejected) == (7, 15, 9, 4)
    assert (found.duplicates, found.blocked) == (2, 2)


def test_agents_time_is_counted_by_quarter_and_state(both: tuple[CampaignStore, ReportStore]) -> None:
    _, reports = both
    start = 900.0 * 1000

    def stay(agent_id: str, state: str, at: float, seconds: float, is_entry: bool = True, tenant: int = 1) -> AgentStay:
        return AgentStay(
            tenant_id=tenant, agent_id=agent_id, state=state, started_at=start + at, ended_at=start + at + seconds,
            is_entry=is_entry,
        )  # fmt: skip

    reports.write_stays([stay("ann", "idle", 0, 60), stay("ann", "talking", 60, 30), stay("ann", "idle", 90, 10)])
    reports.write_stays([stay("ann", "idle", 900, 5, is_entry=False), stay("ann", "idle", 0, 0, tenant=2)])
    # The same stay, further on.
    reports.write_stays([stay("ann", "idle", 90, 810)])
    found = sorted(reports.tally_agents(1, None, None), key=lambda one: (one.quarter, one.state))
    assert [(one.quarter, one.state, one.seconds, one.entries) for one in found] == [
        (1000, "idle", 870.0, 2), (1000, "talking", 30.0, 1), (1001, "idle", 5.0, 0),
    ]  # fmt: skip
    assert (found[0].first_at, found[0].last_at) == (start, start + 900.0)
    assert [one.quarter for one in reports.tally_agents(1, start + 900.0, None)] == [1001]
    assert {one.quarter for one in reports.tally_agents(1, None, start + 900.0)} == {1000}
    reports.write_stays([])


def test_a_listing_of_leads_is_read_page_by_page(both: tuple[CampaignStore, ReportStore]) -> None:
    store, _ = both
    (first, second) = fill(store)
    seen: list[int] = []
    wanted = LeadFilter(campaign_id=first.campaign_id, limit=30)
    while True:
        page = store.leads(wanted)
        seen += [lead.lead_id for lead in page.items]
        if page.cursor is None:
            break
        wanted = replace(wanted, cursor=page.cursor)
    assert seen == sorted(set(seen))
    assert len(seen) == 81
    (gold, _) = store.lists(first.campaign_id)
    assert len(store.leads(LeadFilter(campaign_id=first.campaign_id, list_id=gold.list_id)).items) == 40
    one = store.leads(LeadFilter(campaign_id=second.campaign_id, number=number(9001))).items
    assert [lead.number for lead in one] == [number(9001)]


def test_keys_and_usage_are_counted_as_one_by_one(both: tuple[CampaignStore, ReportStore]) -> None:
    store, reports = both
    campaign = store.create_campaign(SPRING)
    store.add_leads(campaign.campaign_id, [NewLead(number=number(index)) for index in range(4)])
    leads = store.reserve_leads(campaign.campaign_id, 4, NOON, 600.0, "engine-1")
    for lead, pressed, outcome in zip(
        leads, ("9", "", "19", ""), (*KINDS[:2], Outcome.MACHINE, Outcome.BUSY), strict=True
    ):
        attempt = next_attempt(lead, NOON)
        store.record_attempts([attempt])
        result = ended(attempt, outcome)
        assert result.cdr is not None
        is_answered = outcome is not Outcome.BUSY
        cdr = replace(
            result.cdr,
            started_at=NOON,
            digits=pressed,
            answered_at=NOON + 5 if is_answered else None,
            ended_at=NOON + 35,
            talk_s=20.0 if outcome is Outcome.CONNECTED else 0.0,
        )
        store.record_results([Result(attempt=result.attempt, cdr=cdr)], NOON + 35)
    begun = LeadImport(
        import_id=0,
        campaign_id=campaign.campaign_id,
        file_name="a",
        digest="",
        created_at=NOON,
        updated_at=NOON,
        rows=7,
    )
    store.create_import(begun)
    wanted = ReportFilter(campaign_ids=(campaign.campaign_id,), since=NOON, until=NOON + 1)
    keys = {(one.quarter, one.digits): one.calls for one in reports.tally_digits(wanted)}
    assert keys == {(NOON // 900, "9"): 1, (NOON // 900, ""): 1, (NOON // 900, "19"): 1}
    used = reports.tally_usage(wanted)
    assert {(one.campaign_id, one.quarter) for one in used} == {(campaign.campaign_id, NOON // 900)}
    fields = ("calls", "answered", "answered_s", "talk_s", "recordings", "imports", "import_rows")
    assert [sum(getattr(one, field) for one in used) for field in fields] == [4, 3, 90.0, 20.0, 0, 1, 7]
    for foreign in (replace(wanted, campaign_ids=(99,)), replace(wanted, since=NOON + 1, until=None)):
        assert (list(reports.tally_digits(foreign)), list(reports.tally_usage(foreign))) == ([], [])
