import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import pytest
from msgspec.structs import replace

from campaigns.model import Attempt, CallingWindow, Campaign, CampaignStatus, CampaignTask, Lead, NewLead, Outcome
from campaigns.ports import Result
from campaigns.service.errors import StoreUnavailableError
from campaigns.store.memory import MemoryStore
from dialer import messages as m
from dialer.live.store_worker import StoreWorker

START = 1_770_000_000.0
ANY_TIME = CallingWindow(start="00:00", end="24:00")
WAIT_S = 120.0


class TroubledStore(MemoryStore):
    """A memory store that can be away, that holds calls up, and that keeps a list of them."""

    def __init__(self) -> None:
        super().__init__()
        self.is_away = False
        self.poison = ""
        """An attempt whose result makes the store fail in a way it should not."""
        self.calls: list[tuple[str, int]] = []
        self.may_go_on = threading.Event()
        self.may_go_on.set()
        self.was_called = threading.Event()

    def _called(self, name: str, count: int) -> None:
        self.calls.append((name, count))
        self.was_called.set()
        assert self.may_go_on.wait(WAIT_S)
        if self.is_away:
            raise StoreUnavailableError("the cable is out")

    def record_attempts(self, attempts: Sequence[Attempt]) -> Sequence[str]:
        self._called("attempts", len(attempts))
        return super().record_attempts(attempts)

    def record_results(self, results: Sequence[Result], now: float) -> None:
        self._called("results", len(results))
        if any(result.attempt.attempt_id == self.poison for result in results):
            raise ZeroDivisionError("poison")
        super().record_results(results, now)

    def reserve_leads(self, *wanted: Any) -> Sequence[Lead]:
        self._called("reserve", 1)
        return super().reserve_leads(*wanted)

    def release_leads(self, lead_ids: Sequence[int]) -> None:
        self._called("release", len(lead_ids))
        super().release_leads(lead_ids)

    def tasks(self, now: float) -> Sequence[CampaignTask]:
        found = super().tasks(now)
        self._called("tasks", 1)
        return found


class Bench:
    """A worker, its store, and a loop that runs when told to."""

    def __init__(self, **limits: Any) -> None:
        self.store = TroubledStore()
        campaign = Campaign(
            campaign_id=0, name="x", skill_group="s", status=CampaignStatus.RUNNING, calling_window=ANY_TIME
        )
        self.campaign = self.store.create_campaign(campaign)
        self.store.add_leads(1, [NewLead(number=f"+1202555{index:04d}") for index in range(2000)])
        self.events: list[m.Event] = []
        self.on_loop: deque[Callable[[], None]] = deque()
        self.worker = StoreWorker(
            store=self.store,
            post=self.events.append,
            on_loop=self.on_loop.append,
            now=lambda: START,
            engine_id="engine-1",
            lease_s=600.0,
            **{"retry_s_max": 0.1, **limits},
        )

    def attempts(self, count: int) -> tuple[Attempt, ...]:
        leads = MemoryStore.reserve_leads(self.store, 1, count, START, 600.0, "engine-1")
        return tuple(
            Attempt(
                attempt_id=f"{lead.lead_id}-1",
                lead_id=lead.lead_id,
                attempt_number=1,
                campaign_id=1,
                number=lead.number,
                caller_id="",
                trunk="main",
                placed_at=START,
            )
            for lead in leads
        )

    def run_loop(self) -> None:
        while self.on_loop:
            self.on_loop.popleft()()

    def settle(self) -> None:
        while self.worker.waiting or self.on_loop:
            assert self.worker.wait_until_idle(WAIT_S)
            self.run_loop()


@pytest.fixture
def bench() -> Iterator[Bench]:
    made = Bench()
    yield made
    made.store.may_go_on.set()
    made.store.is_away = False
    if made.worker._thread.ident is not None:
        assert made.worker.close(WAIT_S)


def result_of(attempt: Attempt) -> m.RecordResult:
    return m.RecordResult(result=Result(attempt=replace(attempt, outcome=Outcome.BUSY, ended_at=START + 5), cdr=None))


def test_what_waits_together_is_one_commit_of_each_kind(bench: Bench) -> None:
    one, two, three = bench.attempts(3)
    bench.worker.send(m.RecordAttempts(attempts=(one,)))
    bench.worker.send(result_of(one))
    bench.worker.send(m.RecordAttempts(attempts=(two, three)))
    bench.worker.send(result_of(two))
    bench.worker.start()
    bench.settle()
    assert bench.store.calls == [("attempts", 3), ("results", 2)]
    assert bench.worker.counters() == {"attempts_written": 3, "results_written": 2, "batches": 1}


def test_a_commit_has_a_limit() -> None:
    bench = Bench(batch_max=2)
    attempts = bench.attempts(5)
    bench.worker.send(m.RecordAttempts(attempts=attempts))
    for attempt in attempts:
        bench.worker.send(result_of(attempt))
    bench.worker.start()
    bench.settle()
    assert [count for name, count in bench.store.calls if name == "attempts"] == [2, 2, 1]
    assert [count for name, count in bench.store.calls if name == "results"] == [2, 2, 1]
    assert bench.worker.close(WAIT_S)


def test_attempts_are_refused_while_the_database_is_away_and_results_are_kept(bench: Bench) -> None:
    early, late = bench.attempts(2)
    bench.worker.start()
    bench.worker.send(m.RecordAttempts(attempts=(early,)))
    bench.settle()
    bench.store.is_away = True
    bench.worker.send(result_of(early))
    bench.worker.send(m.RecordAttempts(attempts=(late,)))
    while not any(isinstance(event, m.AttemptsRefused) for event in bench.events):
        bench.store.was_called.clear()
        assert bench.store.was_called.wait(WAIT_S)
        bench.run_loop()
    refused = next(event for event in bench.events if isinstance(event, m.AttemptsRefused))
    assert refused.attempt_ids == (late.attempt_id,)
    assert refused.reason == "the database cannot be reached: the cable is out"
    assert bench.worker.trouble == "the cable is out"
    assert bench.worker.waiting == 1
    bench.store.is_away = False
    bench.settle()
    assert bench.events[-1] == m.ResultsRecorded(attempt_ids=(early.attempt_id,))
    assert bench.store.outcome_counts(1) == {Outcome.BUSY: 1}
    bench.worker.send(m.PollTasks())
    bench.settle()
    assert bench.worker.trouble == ""


def test_reservations_releases_and_polls_wait_for_the_database(bench: Bench) -> None:
    bench.store.is_away = True
    bench.worker.send(m.ReleaseLeads(campaign_id=1, lead_ids=(1,)))
    bench.worker.send(m.ReserveLeads(campaign_id=1, count=3))
    bench.worker.send(m.PollTasks())
    bench.worker.start()
    for _ in range(3):
        bench.store.was_called.clear()
        assert bench.store.was_called.wait(WAIT_S)
    bench.store.is_away = False
    bench.settle()
    assert [type(event) for event in bench.events] == [m.LeadsReserved, m.TasksPolled]
    assert bench.worker.counters()["retries"] >= 2


def test_above_the_limit_attempts_are_refused_without_a_try() -> None:
    bench = Bench(queue_max=3)
    first, over = bench.attempts(4)[:3], bench.attempts(1)
    bench.worker.send(m.RecordAttempts(attempts=first))
    bench.worker.send(m.RecordAttempts(attempts=over))
    bench.worker.start()
    bench.settle()
    refused, recorded = bench.events
    assert isinstance(refused, m.AttemptsRefused)
    assert refused.attempt_ids == (over[0].attempt_id,)
    assert recorded == m.AttemptsRecorded(attempt_ids=tuple(attempt.attempt_id for attempt in first))
    assert bench.worker.close(WAIT_S)


def test_a_result_the_store_chokes_on_blocks_no_other_and_is_not_lost(bench: Bench) -> None:
    attempts = bench.attempts(3)
    bench.worker.start()
    bench.worker.send(m.RecordAttempts(attempts=attempts))
    bench.settle()
    bench.store.poison = attempts[1].attempt_id
    for attempt in attempts:
        bench.worker.send(result_of(attempt))
    while bench.worker.waiting != 1 or not bench.worker.trouble:
        bench.store.was_called.clear()
        assert bench.store.was_called.wait(WAIT_S)
    assert "ZeroDivisionError" in bench.worker.trouble
    bench.store.poison = ""
    bench.settle()
    recorded = [one for event in bench.events if isinstance(event, m.ResultsRecorded) for one in event.attempt_ids]
    assert sorted(recorded) == sorted(attempt.attempt_id for attempt in attempts)


def test_a_result_without_its_attempt_is_rejected_and_the_others_are_written(
    bench: Bench, caplog: pytest.LogCaptureFixture
) -> None:
    (known,) = bench.attempts(1)
    bench.worker.send(m.RecordAttempts(attempts=(known,)))
    bench.worker.send(result_of(replace(known, attempt_id="999999-1", lead_id=999_999)))
    bench.worker.send(result_of(known))
    bench.worker.start()
    bench.settle()
    assert bench.worker.counters()["results_rejected"] == 1
    assert bench.events[-1] == m.ResultsRecorded(attempt_ids=(known.attempt_id,))
    assert "999999-1" in caplog.text


def test_a_reservation_for_a_campaign_that_is_gone_is_answered_with_no_leads(bench: Bench) -> None:
    bench.worker.send(m.ReserveLeads(campaign_id=77, count=3))
    bench.worker.start()
    bench.settle()
    assert bench.events == [m.LeadsReserved(campaign_id=77, leads=())]


def test_a_poll_that_was_read_before_a_change_is_read_again(bench: Bench) -> None:
    bench.store.may_go_on.clear()
    bench.worker.start()
    bench.worker.send(m.PollTasks())
    assert bench.store.was_called.wait(WAIT_S)
    # The worker holds the old tasks in its hand; now the campaign is stopped over REST.
    bench.store.update_campaign(replace(bench.campaign, status=CampaignStatus.STOPPED))
    bench.worker.campaign_changed()
    bench.store.may_go_on.set()
    bench.settle()
    assert bench.events == [m.TasksPolled(tasks=())]


def test_closing_writes_what_waits(bench: Bench) -> None:
    (attempt,) = bench.attempts(1)
    bench.worker.send(m.RecordAttempts(attempts=(attempt,)))
    bench.worker.send(result_of(attempt))
    bench.worker.start()
    assert bench.worker.close(WAIT_S)
    assert bench.store.outcome_counts(1) == {Outcome.BUSY: 1}


def test_closing_does_not_wait_for_ever_and_says_what_is_left(caplog: pytest.LogCaptureFixture) -> None:
    bench = Bench()
    (attempt,) = bench.attempts(1)
    bench.worker.start()
    bench.worker.send(m.RecordAttempts(attempts=(attempt,)))
    bench.settle()
    bench.store.is_away = True
    bench.worker.send(result_of(attempt))
    assert not bench.worker.close(0.3)
    assert "the last 1 commands" in caplog.text
