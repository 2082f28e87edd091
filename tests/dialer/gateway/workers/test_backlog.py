"""Orders reach every stream as they were given, whatever is on its way."""

from functools import partial

from hypothesis import given
from hypothesis import strategies as st

from dialer.gateway.workers.backlog import Backlog


def test_without_anybody_on_the_way_orders_go_out_at_once() -> None:
    done: list[str] = []
    backlog = Backlog()
    backlog.do((1, 2), lambda: done.append("bridge"))
    assert done == ["bridge"]


def test_an_order_waits_for_its_stream_and_holds_what_comes_after_it() -> None:
    done: list[str] = []
    backlog = Backlog()
    backlog.leave(1)
    backlog.do((1, 2), lambda: done.append("bridge 1 and 2"))
    backlog.do((2,), lambda: done.append("close 2"))
    backlog.do((3,), lambda: done.append("play to 3"))
    assert done == ["play to 3"]
    backlog.arrive(1)
    assert done == ["play to 3", "bridge 1 and 2", "close 2"]
    backlog.arrive(1)


def test_an_order_that_sends_a_stream_away_holds_those_behind_it() -> None:
    done: list[str] = []
    backlog = Backlog()
    backlog.leave(9)
    backlog.do((9, 1), lambda: backlog.leave(1))
    backlog.do((1,), lambda: done.append("bridge 1"))
    backlog.arrive(9)
    assert done == []
    backlog.arrive(1)
    assert done == ["bridge 1"]


STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("do"), st.sets(st.integers(1, 4), min_size=1, max_size=3)),
        st.tuples(st.just("leave"), st.sets(st.integers(1, 4), min_size=1, max_size=1)),
        st.tuples(st.just("arrive"), st.sets(st.integers(1, 4), min_size=1, max_size=1)),
    )
)


@given(STEPS)
def test_each_stream_gets_its_orders_in_their_order_and_all_of_them(steps: list[tuple[str, set[int]]]) -> None:
    backlog = Backlog()
    given_: list[tuple[int, set[int]]] = []
    got: list[tuple[int, set[int]]] = []
    moving: set[int] = set()

    def take(number: int, streams: set[int]) -> None:
        assert moving.isdisjoint(streams)
        got.append((number, streams))

    for number, (what, streams) in enumerate(steps):
        if what == "do":
            given_.append((number, streams))

            backlog.do(tuple(streams), partial(take, number, streams))
        elif what == "leave":
            moving.update(streams)
            backlog.leave(*streams)
        else:
            moving.difference_update(streams)
            backlog.arrive(*streams)
    for serial in range(1, 5):
        moving.discard(serial)
        backlog.arrive(serial)
    assert sorted(got, key=lambda one: one[0]) == given_
    for serial in range(1, 5):
        of_one = [number for number, streams in got if serial in streams]
        assert of_one == sorted(of_one)
