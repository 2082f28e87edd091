"""Every campaign store against a model a page long: whatever is done in whatever order, they agree."""

import shutil
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import pytest
import sqlalchemy as sa
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test
from msgspec.structs import replace

from campaigns.model import (
    Attempt,
    CallingWindow,
    Campaign,
    CampaignStatus,
    LeadStatus,
    NewLead,
    Outcome,
    RetryRule,
    attempt_id,
)
from campaigns.ports import AttemptFilter, CampaignStore, Result
from campaigns.service.errors import LeadNotFoundError
from campaigns.store.database import read_url
from campaigns.store.memory import MemoryStore
from campaigns.store.opening import open_store
from campaigns.store.schema import metadata

START = 1_770_000_000.0
ATTEMPTS_MAX = 3
DELAY_S = 100.0
LEASE_S = 150.0
NUMBERS = [f"+1202555010{index}" for index in range(6)]
ENGINES = ["engine-1", "engine-2"]
CAMPAIGN = Campaign(
    campaign_id=0,
    name="spring",
    skill_group="sales",
    status=CampaignStatus.RUNNING,
    calling_window=CallingWindow(start="00:00", end="24:00"),
    attempts_max=ATTEMPTS_MAX,
    retry_rules={
        outcome: RetryRule(delay_s=DELAY_S, attempts_max=2)
        for outcome in (Outcome.BUSY, Outcome.INTERRUPTED, Outcome.REFUSED)
    },
)
RETRIED = set(CAMPAIGN.retry_rules)


@dataclass
class Person:
    """What the model knows of one lead."""

    lead_id: int
    number: str
    not_before: float = 0.0
    is_closed: bool = False
    lease_until: float | None = None
    engine: str = ""
    outcomes: list[Outcome | None] = field(default_factory=list)

    @property
    def is_being_called(self) -> bool:
        return bool(self.outcomes) and self.outcomes[-1] is None

    def may_be_reserved(self, now: float) -> bool:
        is_leased = self.lease_until is not None and self.lease_until > now
        return not (self.is_closed or self.is_being_called or is_leased) and self.not_before <= now

    def end(self, outcome: Outcome, now: float) -> None:
        self.outcomes[-1] = outcome
        self.lease_until = None
        if outcome in RETRIED and self.outcomes.count(outcome) < 2 and len(self.outcomes) < ATTEMPTS_MAX:
            self.not_before = self.not_before if self.is_closed else now + DELAY_S
        else:
            self.is_closed = True


class StoreMachine(RuleBasedStateMachine):
    def __init__(self, open_empty: Callable[[], CampaignStore]) -> None:
        super().__init__()
        self.store = open_empty()
        self.now = START
        self.campaign_id = self.store.create_campaign(CAMPAIGN).campaign_id
        self.people: dict[int, Person] = {}
        self.blocked: set[str] = set()

    def teardown(self) -> None:
        self.store.close()

    @rule(numbers=st.lists(st.sampled_from(NUMBERS), max_size=4))
    def add(self, numbers: list[str]) -> None:
        known = {person.number for person in self.people.values()}
        added = self.store.add_leads(self.campaign_id, [NewLead(number=number) for number in numbers])
        new = set(numbers) - known - self.blocked
        blocked = sum(number in self.blocked for number in numbers)
        assert (added.accepted, added.blocked) == (len(new), blocked)
        assert added.duplicates == len(numbers) - len(new) - blocked
        ids = iter(range(max(self.people, default=0) + 1, 10_000))
        # Which ids were given is found by looking: a database may skip some.
        while new:
            lead_id = next(ids)
            lead = self._lead_or_none(lead_id)
            if lead is not None:
                new.remove(lead.number)
                self.people[lead_id] = Person(lead_id, lead.number)

    @rule(seconds=st.sampled_from([1.0, 60.0, DELAY_S, LEASE_S]))
    def wait(self, seconds: float) -> None:
        self.now += seconds

    @rule(count=st.integers(0, 4), engine=st.sampled_from(ENGINES))
    def reserve(self, count: int, engine: str) -> None:
        free = [person for person in self.people.values() if person.may_be_reserved(self.now)]
        free.sort(key=lambda person: (person.not_before, person.lead_id))
        leads = self.store.reserve_leads(self.campaign_id, count, self.now, LEASE_S, engine)
        assert [lead.lead_id for lead in leads] == [person.lead_id for person in free[:count]]
        for lead in leads:
            person = self.people[lead.lead_id]
            assert (lead.status, lead.attempts_made) == (LeadStatus.RESERVED, len(person.outcomes))
            person.lease_until, person.engine = self.now + LEASE_S, engine

    @rule(lead_ids=st.lists(st.integers(1, 8), max_size=4))
    def release(self, lead_ids: list[int]) -> None:
        self.store.release_leads(lead_ids)
        for lead_id in lead_ids:
            if lead_id in self.people:
                self.people[lead_id].lease_until = None

    @rule(tries=st.lists(st.tuples(st.integers(1, 8), st.integers(1, ATTEMPTS_MAX + 1)), max_size=4))
    def record_attempts(self, tries: list[tuple[int, int]]) -> None:
        expected = []
        for lead_id, number in tries:
            person = self.people.get(lead_id)
            if person is None or person.is_closed or person.is_being_called or number != len(person.outcomes) + 1:
                continue
            if person.not_before > self.now:
                # The gate asks again when an attempt is written.
                continue
            person.outcomes.append(None)
            person.lease_until = None
            expected.append(attempt_id(lead_id, number))
        assert list(self.store.record_attempts([self._attempt(*one) for one in tries])) == expected

    @rule(lead_ids=st.lists(st.integers(1, 8), max_size=4), outcome=st.sampled_from(Outcome), again=st.booleans())
    def record_results(self, lead_ids: list[int], outcome: Outcome, again: bool) -> None:
        tried = [self.people[lead_id] for lead_id in lead_ids if lead_id in self.people]
        results = [
            Result(attempt=replace(self._attempt(person.lead_id, len(person.outcomes)), outcome=outcome), cdr=None)
            for person in tried
            if person.outcomes
        ]
        for person in tried:
            if person.is_being_called:
                person.end(outcome, self.now)
        for _ in range(1 + again):
            self.store.record_results(results, self.now)

    @rule(lead_id=st.integers(1, 8))
    def refuse(self, lead_id: int) -> None:
        person = self.people.get(lead_id)
        if person is None or person.is_closed or person.is_being_called:
            return
        person.outcomes.append(None)
        person.end(Outcome.REFUSED, self.now)
        attempt = replace(self._attempt(lead_id, len(person.outcomes)), outcome=Outcome.REFUSED)
        self.store.record_results([Result(attempt=attempt, cdr=None)], self.now)

    @rule(numbers=st.lists(st.sampled_from(NUMBERS), max_size=2))
    def block(self, numbers: list[str]) -> None:
        assert self.store.block_numbers(numbers, "asked", self.now) == len(set(numbers) - self.blocked)
        self.blocked.update(numbers)
        for person in self.people.values():
            if person.number in self.blocked:
                person.is_closed = True
                person.lease_until = None

    @rule(engine=st.sampled_from(ENGINES))
    def crash(self, engine: str) -> None:
        owned = [person for person in self.people.values() if person.engine == engine]
        interrupted = [person for person in owned if person.is_being_called]
        assert self.store.interrupt_attempts(engine, self.now) == len(interrupted)
        for person in owned:
            if person.is_being_called:
                person.end(Outcome.INTERRUPTED, self.now)
            person.lease_until = None

    @invariant()
    def leads_and_attempts_are_conserved(self) -> None:
        (task,) = self.store.tasks(self.now)
        assert task.leads_open == sum(not person.is_closed for person in self.people.values())
        outcomes = Counter(outcome for person in self.people.values() for outcome in person.outcomes)
        assert self.store.outcome_counts(self.campaign_id) == outcomes
        assert (task.answered, task.abandoned) == (
            sum(outcomes[outcome] for outcome in ("connected", "abandoned", "lost", "message_played")),
            outcomes[Outcome.ABANDONED],
        )
        written = [one.attempt_id for one in self.store.attempts(AttemptFilter(limit=1000)).items]
        assert len(set(written)) == len(written) == outcomes.total()

    @invariant()
    def every_lead_stands_where_the_model_has_it(self) -> None:
        for person in self.people.values():
            lead = self.store.lead(person.lead_id)
            assert (lead.status is LeadStatus.CLOSED) is person.is_closed
            assert lead.attempts_made == len(person.outcomes)
            assert bool(lead.closed_reason) is person.is_closed

    def _attempt(self, lead_id: int, number: int) -> Attempt:
        person = self.people.get(lead_id)
        return Attempt(
            attempt_id=attempt_id(lead_id, number),
            lead_id=lead_id,
            attempt_number=number,
            campaign_id=self.campaign_id,
            number=NUMBERS[0] if person is None else person.number,
            caller_id="",
            trunk="main",
            placed_at=self.now,
            answered_at=START,
        )

    def _lead_or_none(self, lead_id: int) -> Person | None:
        try:
            lead = self.store.lead(lead_id)
        except LeadNotFoundError:
            return None
        return Person(lead.lead_id, lead.number)


def check(open_empty: Callable[[], CampaignStore], examples: int) -> None:
    run_state_machine_as_test(
        partial(StoreMachine, open_empty),
        settings=settings(max_examples=examples, stateful_step_count=30, deadline=None),
    )


def test_memory_agrees_with_the_model() -> None:
    check(MemoryStore, examples=100)


def test_sqlite_agrees_with_the_model(empty_database: Path, tmp_path: Path) -> None:
    database = tmp_path / "dialer.sqlite3"

    def open_empty() -> CampaignStore:
        shutil.copy(empty_database, database)
        return open_store(f"sqlite:///{database}")

    check(open_empty, examples=15)


@pytest.fixture
def emptied_postgres(empty_postgres_url: str) -> Iterator[Callable[[], CampaignStore]]:
    server = sa.create_engine(read_url(empty_postgres_url))
    tables = ", ".join(metadata.tables)

    def open_empty() -> CampaignStore:
        with server.begin() as connection:
            connection.exec_driver_sql(f"TRUNCATE {tables} RESTART IDENTITY")
        return open_store(empty_postgres_url)

    yield open_empty
    server.dispose()


@pytest.mark.postgres
def test_postgres_agrees_with_the_model(emptied_postgres: Callable[[], CampaignStore]) -> None:
    check(emptied_postgres, examples=10)
