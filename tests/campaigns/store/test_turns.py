import threading
from concurrent.futures import ThreadPoolExecutor

from campaigns.store.turns import Turns

PATIENCE_S = 60.0


def waits(turns: Turns, count: int) -> None:
    """Until so many wait."""
    while len(turns._waiting) < count:
        threading.Event().wait(0.001)


def test_who_has_waited_longest_is_next() -> None:
    turns = Turns()
    served: list[int] = []

    def serve(number: int) -> None:
        with turns.turn(PATIENCE_S) as has_come:
            assert has_come
            served.append(number)

    with ThreadPoolExecutor(5) as threads:
        with turns.turn(0.0) as has_come:
            assert has_come
            futures = []
            for number in range(5):
                futures.append(threads.submit(serve, number))
                waits(turns, number + 1)
        for one in futures:
            one.result()
    assert served == [0, 1, 2, 3, 4]


def test_whose_patience_ends_leaves_the_queue_and_holds_nobody_up() -> None:
    turns = Turns()
    with turns.turn(0.0):
        with turns.turn(0.0) as has_come:
            assert not has_come
        with turns.turn(0.001) as has_come:
            assert not has_come
    with turns.turn(0.0) as has_come:
        assert has_come


def test_a_turn_ends_with_its_block_also_by_an_error() -> None:
    turns = Turns()
    for _ in range(2):
        try:
            with turns.turn(0.0) as has_come:
                assert has_come
                raise ValueError
        except ValueError:
            pass


def test_one_at_a_time_whatever_the_threads_do() -> None:
    turns = Turns()
    inside, most, done = [0], [0], [0]

    def work(_: int) -> None:
        for _ in range(200):
            with turns.turn(PATIENCE_S) as has_come:
                assert has_come
                inside[0] += 1
                most[0] = max(most[0], inside[0])
                done[0] += 1
                inside[0] -= 1

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(work, range(8)))
    assert (most[0], done[0]) == (1, 1600)
