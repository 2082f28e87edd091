"""The tables of RFC 3261 section 17 and RFC 6026: their figures retold, then driven at random."""

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from dialer.gateway.sip.message import Request
from dialer.gateway.sip.timers import Timers, TimerSettings
from dialer.gateway.sip.transaction import (
    Action,
    ClientInvite,
    ClientNonInvite,
    Input,
    ServerInvite,
    ServerNonInvite,
    State,
    Transaction,
    input_of,
)

KINDS = (ClientInvite, ClientNonInvite, ServerInvite, ServerNonInvite)
SETTINGS = TimerSettings()


def make(kind: type[Transaction], timers: Timers | None = None, reliable: bool = False) -> Transaction:
    headers = {
        "Via": ["SIP/2.0/UDP h;branch=z9hG4bK1"],
        "From": ["<sip:a@h>;tag=1"],
        "To": ["<sip:b@h>"],
        "Call-ID": ["c"],
        "CSeq": ["1 INVITE"],
    }
    request = Request("INVITE", "sip:b@h", headers)
    return kind(("k",), request, ("192.0.2.1", 5060), Timers() if timers is None else timers, SETTINGS, 0.0, reliable)


def run_out(
    transaction: Transaction, timers: Timers, until: float = 1000.0
) -> list[tuple[float, str, tuple[Action, ...]]]:
    """Let every timer come; what happened when."""
    happened = []
    while (at := timers.next_at()) is not None and at <= until:
        due = timers.take_due(at)
        if due is not None:
            happened.append((at, due[1], transaction.handle_timer(due[1], at)))
    return happened


def test_an_unanswered_invite_is_sent_seven_times_and_given_up() -> None:
    timers = Timers()
    transaction = make(ClientInvite, timers)
    happened = run_out(transaction, timers)
    assert [(at, name) for at, name, _ in happened] == [
        (0.5, "A"), (1.5, "A"), (3.5, "A"), (7.5, "A"), (15.5, "A"), (31.5, "A"), (32.0, "B"),
    ]  # fmt: skip
    assert happened[-1][2] == (Action.TIMEOUT,)
    assert transaction.is_terminated


def test_a_provisional_response_stops_the_retransmissions_and_there_is_no_timeout() -> None:
    timers = Timers()
    transaction = make(ClientInvite, timers)
    assert transaction.handle(Input.PROVISIONAL, 1.0) == (Action.DELIVER,)
    assert transaction.state is State.PROCEEDING
    assert run_out(transaction, timers) == []


def test_a_refusal_is_acknowledged_each_time_and_reported_once() -> None:
    timers = Timers()
    transaction = make(ClientInvite, timers)
    assert transaction.handle(Input.FAILURE, 1.0) == (Action.ACK, Action.DELIVER)
    assert transaction.handle(Input.FAILURE, 2.0) == (Action.SEND,), "the ACK, which is stored by now"
    assert transaction.handle(Input.SUCCESS, 3.0) == ()
    assert [(at, name) for at, name, _ in run_out(transaction, timers)] == [(33.0, "D")]
    assert transaction.is_terminated


def test_every_2xx_is_reported_for_64_t1() -> None:
    timers = Timers()
    transaction = make(ClientInvite, timers)
    for at in (1.0, 2.0, 20.0):
        assert transaction.handle(Input.SUCCESS, at) == (Action.DELIVER,)
    assert transaction.state is State.ACCEPTED
    assert [(at, name) for at, name, _ in run_out(transaction, timers)] == [(33.0, "M")]


def test_an_unanswered_bye_is_sent_ever_more_slowly() -> None:
    timers = Timers()
    transaction = make(ClientNonInvite, timers)
    times = [at for at, name, _ in run_out(transaction, timers) if name == "E"]
    assert times == [0.5, 1.5, 3.5, 7.5, 11.5, 15.5, 19.5, 23.5, 27.5, 31.5]
    assert transaction.is_terminated


def test_after_a_provisional_response_a_bye_is_repeated_every_t2() -> None:
    timers = Timers()
    transaction = make(ClientNonInvite, timers)
    transaction.handle(Input.PROVISIONAL, 0.2)
    happened = run_out(transaction, timers)
    assert [at for at, name, _ in happened if name == "E"][:3] == [0.5, 4.5, 8.5]
    assert happened[-1][1:] == ("F", (Action.TIMEOUT,))


def test_the_answer_to_a_bye_ends_it_after_t4() -> None:
    timers = Timers()
    transaction = make(ClientNonInvite, timers)
    assert transaction.handle(Input.SUCCESS, 1.0) == (Action.DELIVER,)
    assert transaction.handle(Input.SUCCESS, 2.0) == ()
    assert [(at, name) for at, name, _ in run_out(transaction, timers)] == [(6.0, "K")]


def test_a_refusal_of_ours_is_repeated_until_its_ack() -> None:
    timers = Timers()
    transaction = make(ServerInvite, timers)
    assert transaction.handle(Input.FAILURE, 0.1) == (Action.SEND,)
    sent = [at for at, name, _ in run_out(transaction, timers, until=10.0) if name == "G"]
    assert sent == pytest.approx([0.6, 1.6, 3.6, 7.6])
    assert transaction.handle(Input.ACK, 10.0) == ()
    assert transaction.state is State.CONFIRMED
    assert [(at, name) for at, name, _ in run_out(transaction, timers)] == [(15.0, "I")]


def test_a_refusal_of_ours_that_is_never_acknowledged_is_reported() -> None:
    timers = Timers()
    transaction = make(ServerInvite, timers)
    transaction.handle(Input.FAILURE, 0.0)
    assert run_out(transaction, timers)[-1] == (32.0, "H", (Action.TIMEOUT,))


def test_a_2xx_of_ours_absorbs_repeated_invites_and_hands_up_the_ack() -> None:
    timers = Timers()
    transaction = make(ServerInvite, timers)
    assert transaction.handle(Input.SUCCESS, 0.0) == (Action.SEND,)
    assert transaction.handle(Input.REQUEST, 1.0) == ()
    assert transaction.handle(Input.ACK, 2.0) == (Action.DELIVER,)
    assert transaction.handle(Input.SUCCESS, 3.0) == (Action.SEND,)
    assert [(at, name) for at, name, _ in run_out(transaction, timers)] == [(32.0, "L")]


def test_a_slow_user_is_covered_by_a_100() -> None:
    timers = Timers()
    transaction = make(ServerInvite, timers)
    assert run_out(transaction, timers) == [(0.2, "100", (Action.TRYING,))]


def test_a_repeated_request_gets_the_last_response_again() -> None:
    transaction = make(ServerNonInvite)
    assert transaction.handle(Input.REQUEST, 0.0) == ()
    assert transaction.handle(Input.PROVISIONAL, 0.1) == (Action.SEND,)
    assert transaction.handle(Input.REQUEST, 0.2) == (Action.SEND,)
    assert transaction.handle(Input.SUCCESS, 0.3) == (Action.SEND,)
    assert transaction.handle(Input.REQUEST, 0.4) == (Action.SEND,)
    assert transaction.handle(Input.FAILURE, 0.5) == ()


@pytest.mark.parametrize("kind", [ClientInvite, ClientNonInvite])
def test_what_cannot_be_sent_is_reported(kind: type[Transaction]) -> None:
    transaction = make(kind)
    assert transaction.handle(Input.TRANSPORT_ERROR, 0.0) == (Action.TRANSPORT_ERROR,)
    assert transaction.is_terminated


def test_over_a_reliable_transport_nothing_is_repeated_and_nothing_lingers() -> None:
    timers = Timers()
    transaction = make(ClientInvite, timers, reliable=True)
    assert list(transaction.timers) == ["B"]
    transaction.handle(Input.FAILURE, 1.0)
    assert list(transaction.timers) == ["D"]
    assert timers.next_at() == 1.0


def test_an_ended_transaction_does_nothing_more() -> None:
    for kind in KINDS:
        transaction = make(kind)
        transaction.terminate()
        assert transaction.timers == {}
        assert all(transaction.handle(each, 1.0) == () for each in Input)


def test_statuses_are_inputs_by_their_class() -> None:
    assert [input_of(status) for status in (100, 199, 200, 299, 300, 487, 699)] == [
        Input.PROVISIONAL, Input.PROVISIONAL, Input.SUCCESS, Input.SUCCESS, Input.FAILURE, Input.FAILURE, Input.FAILURE,
    ]  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
def test_the_tables_name_no_state_that_is_not_theirs(kind: type[Transaction]) -> None:
    reached = {kind.first_state} | {state for row in kind.table.values() for state, _ in row.values()}
    assert reached == set(kind.table)
    for state, names in kind.state_timers.items():
        assert all(name in kind.table[state] for name in names), f"a timer of {state} that it does not take"


class AnyTransaction(RuleBasedStateMachine):
    """Whatever comes in whatever order: final responses are reported once, and it ends when its time is over."""

    @initialize(kind=st.sampled_from(KINDS))
    def begin(self, kind: type[Transaction]) -> None:
        self.now = 0.0
        self.timers = Timers()
        self.transaction = make(kind, self.timers)
        self.delivered_refusals = 0
        self.reported_failures = 0

    @rule(happened=st.sampled_from(list(Input)))
    def something_comes(self, happened: Input) -> None:
        self._note(happened, self.transaction.handle(happened, self.now))

    @rule()
    def the_next_timer_comes(self) -> None:
        at = self.timers.next_at()
        if at is not None:
            self.now = max(self.now, at)
            due = self.timers.take_due(self.now)
            if due is not None:
                self._note(due[1], self.transaction.handle_timer(due[1], self.now))

    def _note(self, happened: str, actions: tuple[Action, ...]) -> None:
        if happened is Input.FAILURE and Action.DELIVER in actions:
            self.delivered_refusals += 1
        self.reported_failures += Action.TIMEOUT in actions or Action.TRANSPORT_ERROR in actions

    @invariant()
    def a_refusal_is_reported_once_and_so_is_a_failure(self) -> None:
        assert getattr(self, "delivered_refusals", 0) <= 1
        assert getattr(self, "reported_failures", 0) <= 1

    @invariant()
    def the_timers_are_those_of_the_state(self) -> None:
        if hasattr(self, "transaction"):
            own = self.transaction.state_timers.get(self.transaction.state, ())
            assert set(self.transaction.timers) <= set(own)

    def teardown(self) -> None:
        if not hasattr(self, "transaction"):
            return
        for _ in range(200):
            self.the_next_timer_comes()
        waits_for_its_user = self.transaction.state in (State.TRYING, State.PROCEEDING) and not isinstance(
            self.transaction, ClientNonInvite
        )
        assert self.transaction.is_terminated or waits_for_its_user
        assert self.timers.next_at() is None


TestAnyTransaction = AnyTransaction.TestCase
TestAnyTransaction.settings = settings(max_examples=100, stateful_step_count=30, deadline=None)
