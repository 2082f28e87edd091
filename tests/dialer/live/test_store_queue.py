from campaigns.model import Attempt, Outcome
from campaigns.ports import Result
from campaigns.skips import Skip
from dialer import messages as m
from dialer.live.store_queue import StoreQueue

NO_LIMIT = 1000
SKIP = Skip(campaign_id=1, lead_id=1, number="", agent_id="a", skipped_at=1.0, looked_s=1.0, reason="other")


def attempt(number: int) -> Attempt:
    return Attempt(
        attempt_id=f"{number}-1",
        lead_id=number,
        attempt_number=1,
        campaign_id=1,
        number="+12025550100",
        caller_id="",
        trunk="main",
        placed_at=0.0,
        outcome=Outcome.BUSY,
    )


def record(*numbers: int) -> m.RecordAttempts:
    return m.RecordAttempts(attempts=tuple(attempt(number) for number in numbers))


def test_commands_are_taken_apart_by_kind_and_counted() -> None:
    queue = StoreQueue()
    queue.add(record(1, 2), NO_LIMIT)
    queue.add(m.RecordResult(result=Result(attempt=attempt(1), cdr=None)), NO_LIMIT)
    queue.add(m.RecordDisposition(attempt_id="1-1", agent_id="a", disposition="x", request_id=1), NO_LIMIT)
    queue.add(m.RecordSkip(skip=SKIP), NO_LIMIT)
    queue.add(m.ReleaseLeads(campaign_id=1, lead_ids=(7, 8, 9)), NO_LIMIT)
    queue.add(m.ReserveLeads(campaign_id=1, count=5), NO_LIMIT)
    queue.add(m.PollTasks(), NO_LIMIT)
    queue.add(m.PollTasks(), NO_LIMIT)
    assert (len(queue.attempts), len(queue.results), len(queue.dispositions), list(queue.skips)) == (2, 1, 1, [SKIP])
    assert (list(queue.releases), len(queue.reservations), queue.polls) == ([7, 8, 9], 1, 2)
    assert len(queue) == 11


def test_above_the_limit_attempts_overflow_and_results_are_still_taken() -> None:
    queue = StoreQueue()
    queue.add(record(1, 2), waiting_max=2)
    queue.add(record(3), waiting_max=2)
    queue.add(m.RecordResult(result=Result(attempt=attempt(1), cdr=None)), waiting_max=2)
    assert [one.lead_id for one in queue.attempts] == [1, 2]
    assert [one.lead_id for one in queue.overflowed] == [3]
    assert len(queue.results) == 1


def test_what_came_later_goes_behind() -> None:
    queue, later = StoreQueue(), StoreQueue()
    queue.add(record(1), NO_LIMIT)
    queue.add(m.PollTasks(), NO_LIMIT)
    later.add(record(2), NO_LIMIT)
    later.add(m.PollTasks(), NO_LIMIT)
    queue.append(later)
    assert [one.lead_id for one in queue.attempts] == [1, 2]
    assert queue.polls == 2
