"""What every campaign store must do: the same tests run against memory, SQLite and a real PostgreSQL server."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from msgspec.structs import replace

from campaigns.imports import AddRules, DuplicateScope
from campaigns.model import (
    Attempt,
    CallingWindow,
    Campaign,
    CampaignStatus,
    Cdr,
    Lead,
    LeadStatus,
    NewLead,
    Outcome,
    PacingSettings,
    attempt_id,
)
from campaigns.ports import AttemptFilter, CampaignStore, LeadsAdded, Result
from campaigns.service.errors import (
    AttemptNotFoundError,
    CampaignNotFoundError,
    InvalidListingError,
    LeadNotFoundError,
)

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC).timestamp()
DAY_S = 86400.0
ANY_TIME = CallingWindow(start="00:00", end="24:00")
SPRING = Campaign(
    campaign_id=0, name="spring", skill_group="sales", status=CampaignStatus.RUNNING, calling_window=ANY_TIME
)


def number(index: int) -> str:
    return f"+1202555{index:04d}"


def add(store: CampaignStore, campaign: Campaign, count: int = 1) -> None:
    added = store.add_leads(campaign.campaign_id, [NewLead(number=number(index)) for index in range(count)])
    assert added == LeadsAdded(accepted=count, duplicates=0, blocked=0)


def reserve(
    store: CampaignStore, campaign: Campaign, count: int = 10, now: float = NOON, lease_s: float = 600.0
) -> list[Lead]:
    return list(store.reserve_leads(campaign.campaign_id, count, now, lease_s, engine_id="engine-1"))


def next_attempt(lead: Lead, placed_at: float = NOON) -> Attempt:
    try_number = lead.attempts_made + 1
    return Attempt(
        attempt_id=attempt_id(lead.lead_id, try_number),
        lead_id=lead.lead_id,
        attempt_number=try_number,
        campaign_id=lead.campaign_id,
        number=lead.number,
        caller_id="+12025550100",
        trunk="main",
        placed_at=placed_at,
    )


def ended(attempt: Attempt, outcome: Outcome, at: float = NOON + 30, answered_at: float | None = None) -> Result:
    finished = replace(attempt, outcome=outcome, ended_at=at, answered_at=answered_at, sip_status=200, cause="over")
    cdr = Cdr(
        call_id=attempt.attempt_id,
        campaign_id=attempt.campaign_id,
        calling_number=attempt.caller_id,
        called_number=attempt.number,
        trunk=attempt.trunk,
        started_at=attempt.placed_at,
        answered_at=answered_at,
        ended_at=at,
        talk_s=0.0,
        outcome=outcome,
        sip_status=200,
        cause="over",
        agent_id="",
        audio="both_ways",
        jitter_s=0.0025,
        loss_rate=0.01,
        round_trip_s=0.08,
        mos=4.25,
    )
    return Result(attempt=finished, cdr=cdr)


def dial(store: CampaignStore, lead: Lead, placed_at: float = NOON) -> Attempt:
    attempt = next_attempt(lead, placed_at)
    assert list(store.record_attempts([attempt])) == [attempt.attempt_id]
    return attempt


# Campaigns


def test_a_campaign_comes_back_as_it_was_stored(store: CampaignStore) -> None:
    created = store.create_campaign(replace(SPRING, pacing=PacingSettings(policy="ratio", ratio=2.0), priority=3))
    assert created.campaign_id > 0
    assert store.campaign(created.campaign_id) == created
    changed = replace(created, status=CampaignStatus.PAUSED, ring_timeout_s=30.0, retry_rules={})
    store.update_campaign(changed)
    assert store.campaign(created.campaign_id) == changed


def test_campaigns_are_listed_oldest_first(store: CampaignStore) -> None:
    first = store.create_campaign(SPRING)
    second = store.create_campaign(replace(SPRING, status=CampaignStatus.DRAFT))
    assert list(store.campaigns()) == [first, second]
    assert list(store.campaigns(CampaignStatus.DRAFT)) == [second]


def test_what_is_not_there_is_named(store: CampaignStore) -> None:
    with pytest.raises(CampaignNotFoundError, match="no campaign 99"):
        store.campaign(99)
    with pytest.raises(CampaignNotFoundError):
        store.update_campaign(replace(SPRING, campaign_id=99))
    with pytest.raises(CampaignNotFoundError):
        store.add_leads(99, [NewLead(number=number(1))])
    with pytest.raises(CampaignNotFoundError):
        store.reserve_leads(99, 1, NOON, 600.0, "engine-1")
    with pytest.raises(CampaignNotFoundError):
        store.outcome_counts(99)
    with pytest.raises(LeadNotFoundError, match="no lead 7"):
        store.lead(7)
    for unknown in ("7-1", "seven", "7", "", "7-", "99999999999999999999-1"):
        with pytest.raises(AttemptNotFoundError):
            store.record_disposition(unknown, "ann", "sale", NOON)


# Leads


def test_a_lead_comes_back_as_it_was_added(store: CampaignStore) -> None:
    campaign = store.create_campaign(SPRING)
    new = NewLead(
        number=number(1),
        name="Ann Ó Briain",
        time_zone="Europe/Dublin",
        priority=7,
        attributes={"city": "Cork", "note": 'a "b" \\ \n'},
        external_id="crm-1",
    )
    store.add_leads(campaign.campaign_id, [new])
    (lead,) = reserve(store, campaign)
    assert lead == Lead(
        lead_id=lead.lead_id,
        campaign_id=campaign.campaign_id,
        number=new.number,
        name=new.name,
        time_zone=new.time_zone,
        priority=7,
        attributes=new.attributes,
        external_id="crm-1",
        status=LeadStatus.RESERVED,
    )
    assert store.lead(lead.lead_id) == lead


def test_a_number_is_in_a_campaign_once(store: CampaignStore) -> None:
    first, second = store.create_campaign(SPRING), store.create_campaign(SPRING)
    twice = [NewLead(number=number(1)), NewLead(number=number(2)), NewLead(number=number(1))]
    assert store.add_leads(first.campaign_id, twice) == LeadsAdded(
        accepted=2, duplicates=1, blocked=0, duplicates_at=(2,)
    )
    assert store.add_leads(first.campaign_id, twice) == LeadsAdded(
        accepted=0, duplicates=3, blocked=0, duplicates_at=(0, 1, 2)
    )
    assert store.add_leads(second.campaign_id, iter(twice)) == LeadsAdded(
        accepted=2, duplicates=1, blocked=0, duplicates_at=(2,)
    )


def test_a_batch_that_fails_half_way_leaves_nothing(store: CampaignStore) -> None:
    campaign = store.create_campaign(SPRING)

    def leads() -> Iterator[NewLead]:
        yield from (NewLead(number=f"+1202{index:07d}") for index in range(1500))
        raise OSError("the file has gone")

    with pytest.raises(OSError, match="gone"):
        store.add_leads(campaign.campaign_id, leads())
    assert reserve(store, campaign) == []


def test_more_leads_than_one_statement_holds(store: CampaignStore) -> None:
    campaign = store.create_campaign(SPRING)
    added = store.add_leads(campaign.campaign_id, (NewLead(number=f"+1202{i:07d}") for i in range(2500)))
    assert added.accepted == 2500
    assert store.tasks(NOON)[0].leads_open == 2500
    leads = reserve(store, campaign, 2400)
    assert len({lead.lead_id for lead in leads}) == 2400
    attempts = [next_attempt(lead) for lead in leads]
    assert len(store.record_attempts(attempts)) == 2400
    store.record_results([ended(attempt, Outcome.CONNECTED) for attempt in attempts], NOON)
    assert store.outcome_counts(campaign.campaign_id) == {Outcome.CONNECTED: 2400}
    assert store.tasks(NOON)[0].leads_open == 100


def test_blocked_numbers_are_not_added_and_their_leads_close(store: CampaignStore) -> None:
    campaign = store.create_campaign(SPRING)
    add(store, campaign, 3)
    (held,) = reserve(store, campaign, 1)
    assert store.block_numbers([number(0), number(1), number(9), number(9)], "asked", NOON) == 3
    assert store.block_numbers([number(0), number(9)], "again", NOON) == 0
    added = store.add_leads(campaign.campaign_id, [NewLead(number=number(9)), NewLead(number=number(2))])
    assert added == LeadsAdded(accepted=0, duplicates=1, blocked=1, duplicates_at=(1,), blocked_at=(0,))
    assert [lead.number for lead in reserve(store, campaign)] == [number(2)]
    assert store.lead(held.lead_id).status is LeadStatus.CLOSED
    assert store.lead(held.lead_id).closed_reason == "do not call"
    assert store.tasks(NOON)[0].leads_open == 1


def test_a_number_blocked_while_its_lead_was_in_the_hopper_is_not_dialed(store: CampaignStore) -> None:
    campaign = store.create_campaign(SPRING)
    add(store, campaign)
    (lead,) = reserve(store, campaign)
    store.block_numbers([lead.number], "asked", NOON)
    assert list(store.record_attempts([next_attempt(lead)])) == []


def test_a_lead_blocked_during_its_call_stays_closed(store: CampaignStore) -> None:
    campaign = store.create_campaign(SPRING)
    add(store, campaign)
    attempt = dial(store, *reserve(store, campaign))
    store.block_numbers([attempt.number], "asked", NOON)
    store.record_results([ended(attempt, Outcome.BUSY)], NOON)
    assert store.lead(attempt.lead_id).status is LeadStatus.CLOSED
    assert store.lead(attempt.lead_id).closed_reason == "do not call"
    assert store.tasks(NOON)[0].leads_open == 0


# Reserving


def test_no_lead_is_reserved_twice(store: CampaignStore) -> None:
    campaign = store.create_campaign(SPRING)
    add(store, campaign, 5)
    first, second = reserve(store, campaign, 3), reserve(store, campaign, 3)
    assert (len(first), len(second)) == (3, 2)
    assert len({lead.lead_id for lead in first + second}) == 5
    assert reserve(store, campaign) == []
    assert reserve(store, campaign, 0) == []


@pytest.mark.parametrize("status", sorted(set(CampaignStatus) - {CampaignStatus.RUNNING}))
def test_only_a_running_campaign_gives_leads(store: CampaignStore, status: CampaignStatus) -> None:
    campaign = store.create_campaign(SPRING)
    add(store, campaign)
    store.update_campaign(replace(campaign, status=status))
    assert reserve(store, campaign) == []


def test_the_best_leads_come_first(store: CampaignStore) -> None:
    campaign = store.create_campaign(SPRING)
    priorities = [0, 5, -1, 5, 0]
    leads = [
        NewLead(number=number(index), priority=priority, time_zone="UTC" if index % 2 else "")
        for index, priority in enumerate(priorities)
    ]
    store.add_leads(campaign.campaign_id, leads)
    assert [lead.number for lead in reserve(store, campaign, 2)] == [number(1), number(3)]
    assert [lead.number for lead in reserve(store, campaign, 9)] == [number(0), number(4), number(2)]


def test_leads_wait_for_their_retry_and_fresh_ones_go_first(store: CampaignStore) -> None:
    campaign = store.create_campaign(SPRING)
    add(store, campaign, 2)
    (first,) = reserve(store, campaign, 1)
    store.record_results([ended(dial(store, first), Outcome.BUSY)], NOON)
    assert store.lead(first.lead_id).not_before == NOON + 900
    assert [lead.number for lead in reserve(store, campaign, lease_s=DAY_S)] == [number(1)]
    assert reserve(store, campaign, now=NOON + 899) == []
    (again,) = reserve(store, campaign, now=NOON + 900)
    assert (again.lead_id, again.attempts_made) == (first.lead_id, 1)


def test_only_people_whose_window_is_open_are_reserved(store: CampaignStore) -> None:
    campaign = store.create_campaign(replace(SPRING, calling_window=CallingWindow(), time_zone="Asia/Tokyo"))
    zones = ["", "Europe/London", "America/Los_Angeles", "Mars/Olympus"]
    leads = [NewLead(number=number(index), time_zone=zone) for index, zone in enumerate(zones)]
    store.add_leads(campaign.campaign_id, leads)
    for hours, expected in ((0, "Europe/London"), (6, "America/Los_Angeles"), (12, "")):
        found = reserve(store, campaign, now=NOON + hours * 3600, lease_s=DAY_S)
        assert [lead.time_zone for lead in found] == [expected]


def test_a_lease_that_runs_out_frees_its_lead(store: CampaignStore) -> None:
    campaign = store.create_campaign(SPRING)
    add(store, campaign)
    (lead,) = reserve(store, campaign)
    assert reserve(store, campaign, now=NOON + 599) == []
    assert [again.lead_id for again in reserve(store, campaign, now=NOON + 600)] == [lead.lead_id]


def test_a_lead_being_called_is_kept_however_long_it_takes(store: CampaignStore) -> None:
    campaign = store.create_campaign(SPRING)
    add(store, campaign)
    dial(store, *reserve(store, campaign))
    assert reserve(store, campaign, now=NOON + 7 * DAY_S) == []


def test_released_leads_can_be_reserved_again(store: CampaignStore) -> None:
    campaign = store.create_campaign(SPRING)
    add(store, campaign, 3)
    leads = reserve(store, campaign)
    called = dial(store, leads[0])
    store.release_leads([lead.lead_id for lead in leads] + [4711])
    store.release_leads([])
    assert {lead.lead_id for lead in reserve(store, campaign)} == {lead.lead_id for lead in leads[1:]}
    assert store.lead(called.lead_id).status is LeadStatus.RESERVED


def test_a_lower_cap_on_attempts_closes_leads_that_have_had_theirs(store: CampaignStore) -> None:
    campaign = store.create_campaign(SPRING)
    add(store, campaign, 3)
    tried = reserve(store, campaign, 2)
    store.record_results([ended(dial(store, lead), Outcome.BUSY) for lead in tried], NOON)
    store.update_campaign(replace(campaign, attempts_max=1))
    assert [lead.number for lead in reserve(store, campaign, 1, now=NOON + DAY_S)] == [number(2)]
    assert reserve(store, campaign, now=NOON + DAY_S) == []
    assert {store.lead(lead.lead_id).closed_reason for lead in tried} == {"1 attempts allowed"}
    assert store.tasks(NOON)[0].leads_open == 1


# Attempts and results


def test_an_attempt_comes_back_as_it_was_recorded(store: CampaignStore) -> None:
    campaign = store.create_campaign(SPRING)
    add(store, campaign)
    (lead,) = reserve(store, campaign)
    attempt = dial(store, lead)
    assert store.attempts(AttemptFilter()).items == (attempt,)
    assert store.outcome_counts(campaign.campaign_id) == {None: 1}
    result = ended(attempt, Outcome.CONNECTED, answered_at=NOON + 9)
    full = replace(result.attempt, ringing_at=NOON + 2, bridged_at=NOON + 9.25, agent_id="ann", trunk="second")
    full = replace(full, asked_at=NOON + 9.0)
    store.record_results([replace(result, attempt=full)], NOON + 30)
    assert store.attempts(AttemptFilter()).items == (full,)
    assert store.cdrs(AttemptFilter()).items == (result.cdr,)
    assert store.outcome_counts(campaign.campaign_id) == {Outcome.CONNECTED: 1}
    assert store.lead(lead.lead_id).status is LeadStatus.CLOSED
    assert store.lead(lead.lead_id).closed_reason == "connected"
    assert store.lead(lead.lead_id).attempts_made == 1


def test_the_same_try_is_written_once(store: CampaignStore) -> None:
    campaign = store.create_campaign(SPRING)
    add(store, campaign, 2)
    first, second = reserve(store, campaign)
    one, two = next_attempt(first), next_attempt(second)
    assert list(store.record_attempts([one, one])) == [one.attempt_id]
    assert list(store.record_attempts([one, two])) == [two.attempt_id]
    assert list(store.record_attempts([])) == []
    store.record_results([ended(one, Outcome.BUSY)], NOON)
    assert list(store.record_attempts([one])) == []


def test_one_attempt_at_a_time_and_none_is_skipped(store: CampaignStore) -> None:
    campaign = store.create_campaign(SPRING)
    add(store, campaign)
    (lead,) = reserve(store, campaign)
    skipped = next_attempt(replace(lead, attempts_made=1))
    assert list(store.record_attempts([skipped])) == []
    dial(store, lead)
    assert list(store.record_attempts([skipped])) == []
    assert list(store.record_attempts([next_attempt(replace(lead, lead_id=4711))])) == []


def test_a_closed_lead_is_not_dialed(store: CampaignStore) -> None:
    campaign = store.create_campaign(SPRING)
    add(store, campaign)
    attempt = dial(store, *reserve(store, campaign))
    store.record_results([ended(attempt, Outcome.INVALID_NUMBER)], NOON)
    assert list(store.record_attempts([next_attempt(store.lead(attempt.lead_id))])) == []


def test_a_result_written_again_changes_nothing(store: CampaignStore) -> None:
    campaign = store.create_campaign(SPRING)
    add(store, campaign)
    attempt = dial(store, *reserve(store, campaign))
    result = ended(attempt, Outcome.BUSY)
    store.record_results([result, result], NOON)
    state = (store.lead(attempt.lead_id), store.attempts(AttemptFilter()), store.cdrs(AttemptFilter()))
    store.record_results([result], NOON + 60)
    store.record_results([ended(attempt, Outcome.CONNECTED, answered_at=NOON)], NOON + 60)
    assert (store.lead(attempt.lead_id), store.attempts(AttemptFilter()), store.cdrs(AttemptFilter())) == state
    assert store.outcome_counts(campaign.campaign_id) == {Outcome.BUSY: 1}
    assert store.tasks(NOON)[0].answered == 0


def test_a_result_of_no_attempt_leaves_the_whole_batch_unwritten(store: CampaignStore) -> None:
    campaign = store.create_campaign(SPRING)
    add(store, campaign, 2)
    first, second = reserve(store, campaign)
    attempt = dial(store, first)
    with pytest.raises(AttemptNotFoundError, match=f"'{second.lead_id}-1'"):
        store.record_results([ended(attempt, Outcome.BUSY), ended(next_attempt(second), Outcome.BUSY)], NOON)
    with pytest.raises(AttemptNotFoundError):
        store.record_results([ended(next_attempt(replace(first, lead_id=4711)), Outcome.REFUSED)], NOON)
    assert store.outcome_counts(campaign.campaign_id) == {None: 1}


def test_an_attempt_refused_before_it_was_written_is_written_with_its_result(store: CampaignStore) -> None:
    campaign = store.create_campaign(SPRING)
    add(store, campaign)
    (lead,) = reserve(store, campaign)
    refused = Result(attempt=replace(next_attempt(lead), outcome=Outcome.REFUSED, cause="no trunk"), cdr=None)
    store.record_results([refused, refused], NOON)
    store.record_results([refused], NOON)
    assert store.attempts(AttemptFilter()).items == (refused.attempt,)
    assert store.cdrs(AttemptFilter()).items == ()
    after = store.lead(lead.lead_id)
    assert (after.status, after.attempts_made, after.not_before) == (LeadStatus.OPEN, 1, NOON + 3600)


def test_retry_rules_count_the_attempts_of_one_outcome(store: CampaignStore) -> None:
    campaign = store.create_campaign(SPRING)
    add(store, campaign)
    now = NOON
    for outcome in (Outcome.NO_ANSWER, Outcome.MACHINE, Outcome.LOST, Outcome.LOST):
        (lead,) = reserve(store, campaign, now=now)
        store.record_results([ended(dial(store, lead, now), outcome, at=now)], now)
        now += 7 * DAY_S
    after = store.lead(lead.lead_id)
    assert (after.status, after.closed_reason, after.attempts_made) == (LeadStatus.CLOSED, "lost 2 of 2 times", 4)


def test_a_disposition_may_come_before_or_after_the_result(store: CampaignStore) -> None:
    campaign = store.create_campaign(SPRING)
    add(store, campaign, 2)
    early, late = (dial(store, lead) for lead in reserve(store, campaign))
    store.record_disposition(early.attempt_id, "ann", "sale", NOON + 5)
    store.record_results([ended(attempt, Outcome.CONNECTED) for attempt in (early, late)], NOON + 30)
    store.record_disposition(late.attempt_id, "bob", "free words", NOON + 60)
    found = {one.attempt_id: (one.agent_id, one.disposition) for one in store.attempts(AttemptFilter()).items}
    assert found == {early.attempt_id: ("ann", "sale"), late.attempt_id: ("bob", "free words")}
    with pytest.raises(AttemptNotFoundError):
        store.record_disposition(f"{early.lead_id}-2", "ann", "sale", NOON)


def test_after_a_crash_open_attempts_are_interrupted_and_leases_freed(store: CampaignStore) -> None:
    campaign = store.create_campaign(SPRING)
    add(store, campaign, 4)
    called, leased = reserve(store, campaign, 2)
    attempt = dial(store, called)
    (others,) = store.reserve_leads(campaign.campaign_id, 1, NOON, 600.0, "engine-2")
    others_attempt = dial(store, others)
    assert store.interrupt_attempts("engine-1", NOON + 60) == 1
    assert store.interrupt_attempts("engine-1", NOON + 61) == 0
    found = {one.attempt_id: one for one in store.attempts(AttemptFilter()).items}
    assert found[attempt.attempt_id].outcome is Outcome.INTERRUPTED
    assert found[attempt.attempt_id].ended_at == NOON + 60
    assert found[others_attempt.attempt_id].outcome is None
    after = store.lead(called.lead_id)
    assert (after.status, after.attempts_made, after.not_before) == (LeadStatus.OPEN, 1, NOON + 60 + DAY_S)
    assert leased.lead_id in {lead.lead_id for lead in reserve(store, campaign, now=NOON + 60)}
    store.record_results([ended(attempt, Outcome.CONNECTED, answered_at=NOON + 9)], NOON + 90)
    assert store.outcome_counts(campaign.campaign_id) == {Outcome.INTERRUPTED: 1, None: 1}


# The poll and listings


def test_tasks_are_the_campaigns_that_run_or_pause(store: CampaignStore) -> None:
    running = store.create_campaign(SPRING)
    paused = store.create_campaign(replace(SPRING, status=CampaignStatus.PAUSED))
    store.create_campaign(replace(SPRING, status=CampaignStatus.STOPPED))
    store.create_campaign(replace(SPRING, status=CampaignStatus.DRAFT))
    add(store, paused, 3)
    found = {task.campaign.campaign_id: task for task in store.tasks(NOON)}
    assert [task.campaign for task in found.values()] == [running, paused]
    assert found[paused.campaign_id].leads_open == 3
    assert found[running.campaign_id].leads_open == 0


def test_the_abandon_account_is_that_of_the_day(store: CampaignStore) -> None:
    campaign = store.create_campaign(SPRING)
    add(store, campaign, 6)
    outcomes = [Outcome.CONNECTED, Outcome.ABANDONED, Outcome.LOST, Outcome.MACHINE, Outcome.BUSY, Outcome.ABANDONED]
    answers = [NOON, NOON, NOON, NOON, None, NOON - DAY_S]
    results = [
        ended(dial(store, lead), outcome, answered_at=answered_at)
        for lead, outcome, answered_at in zip(reserve(store, campaign), outcomes, answers, strict=True)
    ]
    store.record_results(results, NOON + 30)
    (today,), (yesterday,), (tomorrow,) = (store.tasks(NOON + days * DAY_S) for days in (0, -1, 1))
    assert (today.answered, today.abandoned, today.window_started_at) == (3, 1, NOON - DAY_S / 2)
    assert (yesterday.answered, yesterday.abandoned) == (1, 1)
    assert (tomorrow.answered, tomorrow.abandoned) == (0, 0)
    assert store.outcome_counts(campaign.campaign_id)[Outcome.ABANDONED] == 2


def test_listings_go_page_by_page_newest_first(store: CampaignStore) -> None:
    campaign = store.create_campaign(SPRING)
    add(store, campaign, 7)
    attempts = [dial(store, lead, NOON + index // 2) for index, lead in enumerate(reserve(store, campaign))]
    store.record_results([ended(attempt, Outcome.BUSY) for attempt in attempts], NOON + 30)
    newest_first = [attempt.attempt_id for attempt in reversed(attempts)]
    for listing, name in ((store.attempts, "attempt_id"), (store.cdrs, "call_id")):
        seen: list[str] = []
        cursor: str | None = None
        for _ in range(3):
            page = listing(AttemptFilter(limit=3, cursor=cursor))
            seen += [getattr(row, name) for row in page.items]
            cursor = page.cursor
        assert seen == newest_first
        assert cursor is None


def test_listings_can_be_narrowed(store: CampaignStore) -> None:
    first, second = store.create_campaign(SPRING), store.create_campaign(SPRING)
    results = []
    for campaign in (first, second):
        add(store, campaign, 2)
        one, two = (dial(store, lead, NOON + index) for index, lead in enumerate(reserve(store, campaign)))
        connected = ended(replace(one, agent_id="ann"), Outcome.CONNECTED)
        assert connected.cdr is not None
        results += [replace(connected, cdr=replace(connected.cdr, agent_id="ann")), ended(two, Outcome.BUSY)]
    store.record_results(results, NOON)
    wanted = AttemptFilter(campaign_id=first.campaign_id, outcome=Outcome.CONNECTED)
    assert store.attempts(wanted).items == (results[0].attempt,)
    assert store.cdrs(wanted).items == (results[0].cdr,)
    assert store.attempts(AttemptFilter(agent_id="ann")).items == (results[2].attempt, results[0].attempt)
    assert store.cdrs(AttemptFilter(agent_id="ann")).items == (results[2].cdr, results[0].cdr)
    assert {one.outcome for one in store.attempts(AttemptFilter(since=NOON + 1)).items} == {Outcome.BUSY}
    assert {one.outcome for one in store.cdrs(AttemptFilter(since=NOON + 1)).items} == {Outcome.BUSY}


def test_a_listing_that_cannot_be_is_refused(store: CampaignStore) -> None:
    for limit in (0, -1, 1001):
        with pytest.raises(InvalidListingError, match="1 to 1000 rows"):
            store.attempts(AttemptFilter(limit=limit))
        with pytest.raises(InvalidListingError, match="1 to 1000 rows"):
            store.cdrs(AttemptFilter(limit=limit))
    for cursor in ("", "x", "1:2", "1:2:3:4"):
        with pytest.raises(InvalidListingError, match="first page"):
            store.attempts(AttemptFilter(cursor=cursor))
    with pytest.raises(InvalidListingError, match="first page"):
        store.cdrs(AttemptFilter(cursor="yesterday:1-1"))


# Tenants


def test_campaigns_are_listed_by_tenant(store: CampaignStore) -> None:
    ours, theirs = store.create_campaign(SPRING), store.create_campaign(replace(SPRING, tenant_id=2))
    assert list(store.campaigns(tenant_id=2)) == [theirs]
    assert list(store.campaigns(tenant_id=1)) == [ours]
    assert list(store.campaigns(tenant_id=3)) == []
    assert store.campaign(theirs.campaign_id).tenant_id == 2


def test_attempts_and_cdrs_are_listed_by_tenant_newest_first(store: CampaignStore) -> None:
    of_tenants = (1, 2, 2, 1)
    for index, tenant_id in enumerate(of_tenants):
        campaign = store.create_campaign(replace(SPRING, tenant_id=tenant_id))
        add(store, campaign, 2)
        for at, lead in enumerate(reserve(store, campaign)):
            attempt = dial(store, lead, NOON + 10 * at + index)
            store.record_results([ended(attempt, Outcome.BUSY)], NOON + 60)
    for tenant_id, campaigns in ((1, [4, 1]), (2, [3, 2])):
        found: list[tuple[float, int]] = []
        cursor = None
        while True:
            page = store.attempts(AttemptFilter(tenant_id=tenant_id, limit=3, cursor=cursor))
            found += [(one.placed_at, one.campaign_id) for one in page.items]
            cursor = page.cursor
            if cursor is None:
                break
        assert found == sorted(found, reverse=True)
        assert [campaign_id for _, campaign_id in found] == campaigns * 2
        cdrs = store.cdrs(AttemptFilter(tenant_id=tenant_id)).items
        assert [one.campaign_id for one in cdrs] == campaigns * 2
    assert store.attempts(AttemptFilter(tenant_id=2, campaign_id=1)).items == ()
    assert len(store.attempts(AttemptFilter(tenant_id=2, campaign_id=2)).items) == 2


def test_a_do_not_call_list_is_one_tenants(store: CampaignStore) -> None:
    ours, theirs = store.create_campaign(SPRING), store.create_campaign(replace(SPRING, tenant_id=2))
    add(store, ours)
    add(store, theirs)
    assert store.block_numbers([number(0)], "asked", NOON, 2) == 1
    (lead,) = reserve(store, ours)
    assert reserve(store, theirs) == []
    dial(store, lead)
    assert store.add_leads(theirs.campaign_id, [NewLead(number=number(0))]).blocked == 1
    assert store.block_numbers([number(0)], "asked", NOON) == 1


def test_a_duplicate_in_the_tenant_is_not_one_in_another(store: CampaignStore) -> None:
    rules = AddRules(scope=DuplicateScope.TENANT)
    first, second, theirs = (store.create_campaign(replace(SPRING, tenant_id=tenant_id)) for tenant_id in (1, 1, 2))
    add(store, first)
    assert store.add_leads(second.campaign_id, [NewLead(number=number(0))], rules).duplicates == 1
    assert store.add_leads(theirs.campaign_id, [NewLead(number=number(0))], rules).accepted == 1
