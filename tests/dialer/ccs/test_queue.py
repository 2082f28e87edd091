import pytest

from dialer.ccs.queue import CallQueue


def test_first_come_first_served() -> None:
    queue = CallQueue()
    queue.add("1-1", "sales", 0, 10.0)
    queue.add("2-1", "sales", 0, 9.0)
    first = queue.first("sales", 5.0)
    assert first is not None
    assert first.call_id == "1-1"


def test_the_higher_campaign_priority_goes_first() -> None:
    queue = CallQueue()
    queue.add("1-1", "sales", 0, 10.0)
    queue.add("2-1", "sales", 5, 10.0)
    first = queue.first("sales", 5.0)
    assert first is not None
    assert first.call_id == "2-1"


def test_a_call_past_its_deadline_is_not_served() -> None:
    queue = CallQueue()
    queue.add("1-1", "sales", 0, 10.0)
    assert queue.first("sales", 10.0) is not None
    assert queue.first("sales", 10.1) is None


def test_groups_are_apart_and_empty_ones_are_forgotten() -> None:
    queue = CallQueue()
    queue.add("1-1", "sales", 0, 10.0)
    assert queue.waiting("sales") == 1
    assert queue.waiting("service") == 0
    assert "1-1" in queue
    queue.remove("1-1")
    assert len(queue) == queue.waiting("sales") == 0


def test_a_call_waits_once() -> None:
    queue = CallQueue()
    queue.add("1-1", "sales", 0, 10.0)
    with pytest.raises(AssertionError, match="waits already"):
        queue.add("1-1", "sales", 0, 10.0)
