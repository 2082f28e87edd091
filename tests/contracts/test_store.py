"""What every `dialer.ports.Store` must do: the live worker over memory, SQLite and PostgreSQL, and the simulator's."""

from collections import deque
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import simpy
from msgspec.structs import replace

from campaigns.model import Attempt, CallingWindow, Campaign, CampaignStatus, Lead, NewLead, Outcome, attempt_id
from campaigns.ports import CampaignStore, Result
from campaigns.skips import Skip, SkipFilter
from campaigns.store.memory import MemoryStore
from campaigns.store.opening import open_store
from dialer import messages as m
from dialer.live.store_worker import StoreWorker
from dialer.ports import Store
from simulation.ports.store import LeadSupply, ResultWatcher, SimStore

START = 1_770_000_000.0
ENGINE = "engine-1"
LEASE_S = 600.0
SPRING = Campaign(
    campaign_id=0,
    name="spring",
    skill_group="sales",
    status=CampaignStatus.RUNNING,
    calling_window=CallingWindow(start="00:00", end="24:00"),
)


class Kept:
    """A store port, the campaign store behind it and the events it has posted."""

    def __init__(self, store: CampaignStore) -> None:
        self.store = store
        self.events: list[m.Event] = []
        self.port: Store
        self.settle: Callable[[], None] = lambda: None

    def send(self, *commands: m.StoreCommand) -> list[m.Event]:
        """Send commands and wait; returns what they were answered with."""
        before = len(self.events)
        for command in commands:
            self.port.send(command)
        self.settle()
        return self.events[before:]

    def reserve(self, count: int) -> tuple[Lead, ...]:
        (answer,) = self.send(m.ReserveLeads(campaign_id=1, count=count))
        assert isinstance(answer, m.LeadsReserved)
        return answer.leads


on_postgres = pytest.param("postgres", marks=pytest.mark.postgres)


@pytest.fixture(params=["memory", "sqlite", on_postgres, "simulation"])
def kept(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Kept]:
    store: CampaignStore
    match request.param:
        case "sqlite":
            store = open_store(request.getfixturevalue("empty_sqlite_url"))
        case "postgres":
            store = open_store(request.getfixturevalue("empty_postgres_url"))
        case _:
            store = MemoryStore()
    campaign = store.create_campaign(SPRING)
    store.add_leads(campaign.campaign_id, [NewLead(number=f"+1202555{index:04d}") for index in range(10)])
    kept = Kept(store)
    if request.param == "simulation":
        kept.port = SimStore(
            simpy.Environment(initial_time=START),
            kept.events.append,
            store,
            {1: LeadSupply(0, endless=False)},
            ResultWatcher(),
            ENGINE,
            LEASE_S,
        )
        yield kept
    else:
        yield from live(kept)
    store.close()


def live(kept: Kept) -> Iterator[Kept]:
    on_loop: deque[Callable[[], None]] = deque()
    worker = StoreWorker(
        store=kept.store,
        post=kept.events.append,
        on_loop=on_loop.append,
        now=lambda: START,
        engine_id=ENGINE,
        lease_s=LEASE_S,
    )

    def settle() -> None:
        while worker.waiting or on_loop:
            assert worker.wait_until_idle(30.0)
            while on_loop:
                on_loop.popleft()()

    kept.port, kept.settle = worker, settle
    worker.start()
    yield kept
    assert worker.close(30.0)


def attempt_at(lead: Lead, number: int = 1) -> Attempt:
    return Attempt(
        attempt_id=attempt_id(lead.lead_id, number),
        lead_id=lead.lead_id,
        attempt_number=number,
        campaign_id=lead.campaign_id,
        number=lead.number,
        caller_id="+12025550199",
        trunk="main",
        placed_at=START,
    )


def result_of(attempt: Attempt, outcome: Outcome = Outcome.NO_ANSWER) -> m.RecordResult:
    ended = {"outcome": outcome, "ended_at": START + 20.0}
    return m.RecordResult(result=Result(attempt=replace(attempt, **ended), cdr=None))


def test_the_poll_answers_with_the_tasks(kept: Kept) -> None:
    (answer,) = kept.send(m.PollTasks())
    assert isinstance(answer, m.TasksPolled)
    assert [(task.campaign.name, task.leads_open) for task in answer.tasks] == [("spring", 10)]


def test_every_poll_is_answered(kept: Kept) -> None:
    assert len(kept.send(m.PollTasks(), m.PollTasks(), m.PollTasks())) == 3


def test_a_lead_is_reserved_at_most_once(kept: Kept) -> None:
    answers = kept.send(*(m.ReserveLeads(campaign_id=1, count=3) for _ in range(5)))
    leads = [lead.lead_id for answer in answers if isinstance(answer, m.LeadsReserved) for lead in answer.leads]
    assert len(leads) == 10
    assert len(set(leads)) == 10
    assert kept.reserve(1) == ()


def test_a_lead_given_back_may_be_reserved_again(kept: Kept) -> None:
    leads = kept.reserve(10)
    assert kept.send(m.ReleaseLeads(campaign_id=1, lead_ids=(leads[4].lead_id,))) == []
    assert [lead.lead_id for lead in kept.reserve(10)] == [leads[4].lead_id]


def test_attempts_are_recorded_once_and_refused_the_second_time(kept: Kept) -> None:
    one, two = (attempt_at(lead) for lead in kept.reserve(2))
    assert kept.send(m.RecordAttempts(attempts=(one,))) == [m.AttemptsRecorded(attempt_ids=(one.attempt_id,))]
    recorded, refused = kept.send(m.RecordAttempts(attempts=(one, two)))
    assert recorded == m.AttemptsRecorded(attempt_ids=(two.attempt_id,))
    assert isinstance(refused, m.AttemptsRefused)
    assert refused.attempt_ids == (one.attempt_id,)
    assert refused.reason


def test_an_attempt_and_its_result_sent_together_are_both_kept(kept: Kept) -> None:
    attempts = tuple(attempt_at(lead) for lead in kept.reserve(3))
    answers = kept.send(m.RecordAttempts(attempts=attempts), *(result_of(attempt) for attempt in attempts))
    assert answers[0] == m.AttemptsRecorded(attempt_ids=tuple(attempt.attempt_id for attempt in attempts))
    written = [one for answer in answers[1:] if isinstance(answer, m.ResultsRecorded) for one in answer.attempt_ids]
    assert written == [attempt.attempt_id for attempt in attempts]
    assert kept.store.outcome_counts(1) == {Outcome.NO_ANSWER: 3}


def test_a_result_sent_twice_counts_once(kept: Kept) -> None:
    attempt = attempt_at(kept.reserve(1)[0])
    kept.send(m.RecordAttempts(attempts=(attempt,)))
    kept.send(result_of(attempt))
    assert kept.send(result_of(attempt)) == [m.ResultsRecorded(attempt_ids=(attempt.attempt_id,))]
    assert kept.store.outcome_counts(1) == {Outcome.NO_ANSWER: 1}


def test_a_disposition_is_answered_with_its_request(kept: Kept) -> None:
    attempt = attempt_at(kept.reserve(1)[0])
    kept.send(m.RecordAttempts(attempts=(attempt,)), result_of(attempt, Outcome.CONNECTED))
    said = m.RecordDisposition(attempt_id=attempt.attempt_id, agent_id="ann", disposition="sale", request_id=7)
    assert kept.send(said) == [m.DispositionRecorded(attempt_id=attempt.attempt_id, request_id=7)]


def test_a_skip_is_written_without_an_answer(kept: Kept) -> None:
    skip = Skip(
        campaign_id=1,
        lead_id=kept.reserve(1)[0].lead_id,
        number="+12025550100",
        agent_id="ann",
        skipped_at=START,
        looked_s=4.0,
        reason="bad_time",
    )
    assert kept.send(m.RecordSkip(skip=skip)) == []
    assert kept.store.skips(SkipFilter()).items == (skip,)


def test_the_poll_knows_of_every_result_sent_before_it(kept: Kept) -> None:
    attempts = tuple(attempt_at(lead) for lead in kept.reserve(4))
    kept.send(m.RecordAttempts(attempts=attempts))
    answers = kept.send(*(result_of(attempt, Outcome.ABANDONED) for attempt in attempts), m.PollTasks())
    polled = answers[-1]
    assert isinstance(polled, m.TasksPolled)
    assert (polled.tasks[0].answered, polled.tasks[0].abandoned) == (4, 4)
