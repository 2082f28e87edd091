"""Two user agents and a bad network: whatever is lost, repeated or late, every call ends once on either side."""

import gc

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from dialer.gateway.sip import (
    Datagram,
    Ending,
    SessionAnswered,
    SessionEnded,
    SessionOffered,
    UnknownSession,
    UserAgentEvent,
    UserAgentSettings,
)
from dialer.gateway.sip.dialog import Dialog
from dialer.gateway.sip.session import Session
from dialer.gateway.sip.transaction import Transaction
from tests.dialer.gateway.sip.conftest import Link


def ask(link: Link, method: str, to_tag: str = "") -> str:
    data = (
        f"{method} sip:b@192.0.2.2:5070 SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bK1\r\n"
        f"From: <sip:a@h>;tag=1\r\nTo: <sip:b@h>{to_tag}\r\nCall-ID: c\r\nCSeq: 1 {method}\r\n\r\n"
    ).encode()
    link.callee.receive_datagram(data, ("192.0.2.1", 5060), link.now)
    link.run(0)
    return link.texts[-1] if link.texts else ""


@pytest.mark.parametrize(
    ("method", "to_tag", "status", "header"),
    [
        ("OPTIONS", "", 200, "Allow: INVITE, ACK, CANCEL, BYE, OPTIONS"),
        ("REGISTER", "", 405, "Allow: INVITE"),
        ("SUBSCRIBE", "", 405, "Allow: INVITE"),
        ("DANCE", "", 501, "Allow: INVITE"),
        ("BYE", "", 481, ""),
        ("BYE", ";tag=nobody", 481, ""),
        ("INVITE", ";tag=nobody", 481, ""),
        ("OPTIONS", ";tag=nobody", 481, ""),
    ],
)
def test_requests_from_nowhere_are_answered_by_rule(
    link: Link, method: str, to_tag: str, status: int, header: str
) -> None:
    text = ask(link, method, to_tag)
    assert text.startswith(f"SIP/2.0 {status} ")
    assert header in text
    assert link.events["callee"] == []


def test_an_ack_from_nowhere_is_not_answered(link: Link) -> None:
    assert ask(link, "ACK", ";tag=nobody") == ""
    assert link.callee.transactions == 0


def test_a_request_with_a_strangers_tag_does_not_reach_the_session(link: Link) -> None:
    link.react = lambda side, event: link.answer() if isinstance(event, SessionOffered) else None
    link.call()
    link.run(1)
    answer = next(text for text in link.texts if text.startswith("SIP/2.0 200"))
    lines = {line.partition(":")[0]: line.partition(": ")[2] for line in answer.split("\r\n")}
    data = (
        f"BYE sip:x SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.66;branch=z9hG4bKx\r\nFrom: <sip:a@h>;tag=forged\r\n"
        f"To: {lines['To']}\r\nCall-ID: {lines['Call-ID']}\r\nCSeq: 9 BYE\r\n\r\n"
    ).encode()
    link.callee.receive_datagram(data, ("192.0.2.66", 5060), link.now)
    link.run(0)
    assert link.texts[-1].startswith("SIP/2.0 481")
    assert link.callee.session_ids == ("in-1",)


def test_hanging_up_what_is_not_there(link: Link) -> None:
    with pytest.raises(UnknownSession):
        link.caller.hang_up("9-9", link.now)


def test_a_call_offered_to_us_may_be_hung_up_too(link: Link) -> None:
    link.react = lambda side, event: (
        link.callee.hang_up(event.session_id, link.now) if isinstance(event, SessionOffered) else None
    )
    link.call()
    link.run(100)
    assert (link.ending().ending, link.ending().status) == (Ending.REFUSED, 480)
    assert link.is_empty()


def test_counters_count_transactions_and_not_packets(link: Link) -> None:
    lost = iter([(), ()])
    link.fate = lambda datagram, source: next(lost, (0.01,))
    link.react = lambda side, event: link.answer() if isinstance(event, SessionOffered) else None
    link.call()
    link.run(10)
    counters = link.caller.counters()
    assert (counters["invites_sent"], counters["retransmissions"], counters["responses_2xx"]) == (1, 2, 1)
    assert all(isinstance(value, int) for value in counters.values())


def test_ended_calls_leave_no_work_for_the_garbage_collector(link: Link) -> None:
    Plan(link, answer_s=1.0, refuse=None, talk_s=1.0, callee_hangs_up=False)
    gc.collect()
    gc.disable()
    try:
        link.call()
        link.run(200)
        assert link.is_empty()
        link.events = {"caller": [], "callee": []}
        left = [each for each in gc.get_objects() if isinstance(each, Session | Transaction | Dialog)]
    finally:
        gc.enable()
    assert left == []


class Plan:
    """What the two sides do in a call."""

    def __init__(
        self, link: Link, answer_s: float | None, refuse: int | None, talk_s: float, callee_hangs_up: bool
    ) -> None:
        self._link = link
        self._answer_s = answer_s
        self._refuse = refuse
        self._talk_s = talk_s
        self._callee_hangs_up = callee_hangs_up
        link.react = self.react

    def react(self, side: str, event: UserAgentEvent) -> None:
        link = self._link
        if isinstance(event, SessionOffered):
            name = event.session_id
            if self._refuse is not None:
                link.callee.refuse(name, self._refuse, link.now)
                return
            link.callee.ring(name, link.now)
            if self._answer_s is not None:
                link.call_later(self._answer_s, lambda: self._answer(name))
        elif isinstance(event, SessionAnswered) and not event.crossed_cancel:
            agent, name = (link.callee, "in-1") if self._callee_hangs_up else (link.caller, event.session_id)
            link.call_later(self._talk_s, lambda: agent.hang_up(name, link.now) if name in agent.session_ids else None)

    def _answer(self, name: str) -> None:
        if name in self._link.callee.session_ids:
            self._link.answer(name)


FATES = st.sampled_from([(), (), (0.01,), (0.01,), (0.01,), (0.2,), (1.5,), (0.01, 0.01), (0.01, 3.0)])


@settings(max_examples=300, deadline=None)
@given(
    fates=st.lists(FATES, max_size=60),
    answer_s=st.one_of(st.none(), st.floats(0.0, 25.0)),
    refuse=st.one_of(st.none(), st.none(), st.sampled_from([302, 404, 486, 503, 603])),
    talk_s=st.floats(0.0, 5.0),
    callee_hangs_up=st.booleans(),
    cancel_s=st.one_of(st.none(), st.floats(0.0, 25.0)),
)
@example(
    fates=[(0.01,), (0.01,), *[()] * 40], answer_s=None, refuse=None, talk_s=1.0, callee_hangs_up=False, cancel_s=None
)
def test_every_call_ends_once_whatever_the_network_does(
    fates: list[tuple[float, ...]],
    answer_s: float | None,
    refuse: int | None,
    talk_s: float,
    callee_hangs_up: bool,
    cancel_s: float | None,
) -> None:
    link = Link()
    coming = iter(fates)
    link.fate = lambda datagram, source: next(coming, (0.01,))
    Plan(link, answer_s, refuse, talk_s, callee_hangs_up)
    link.call()
    if cancel_s is not None:
        link.call_later(
            cancel_s, lambda: link.caller.hang_up("1-1", link.now) if "1-1" in link.caller.session_ids else None
        )
    link.run(400)
    ended = link.ending("caller")
    answers = [event for event in link.events["caller"] if isinstance(event, SessionAnswered)]
    assert len(answers) <= 1
    assert ended.was_answered is bool(answers)
    if "in-1" in link.callee.session_ids:
        # Nobody took it, and every CANCEL was lost: it rings for as long as its user lets it.
        assert not answers
        link.callee.refuse("in-1", 480, link.now)
        link.run(100)
    if any(isinstance(event, SessionOffered) for event in link.events["callee"]):
        link.ending("callee")
    assert link.is_empty()


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 2**32))
def test_two_per_cent_of_loss_costs_no_call(seed: int) -> None:
    link = Link(UserAgentSettings())
    calls = 50
    luck = np.random.default_rng(seed)
    link.fate = lambda datagram, source: () if luck.random() < 0.02 else (0.01,)
    offered: set[str] = set()

    def react(side: str, event: UserAgentEvent) -> None:
        if isinstance(event, SessionOffered):
            offered.add(event.session_id)
            link.callee.answer(event.session_id, event.request.body, link.now)
        elif isinstance(event, SessionAnswered):
            link.call_later(1.0, lambda: link.caller.hang_up(event.session_id, link.now))

    link.react = react
    for n in range(calls):
        link.call(f"{n}-1")
    link.run(400)
    ends = [event for event in link.events["caller"] if isinstance(event, SessionEnded)]
    assert len(ends) == calls
    assert {event.ending for event in ends} == {Ending.HUNG_UP}
    assert len(offered) == calls
    assert link.is_empty()


@settings(max_examples=100, deadline=None)
@given(st.lists(st.binary(max_size=80), max_size=20), st.integers(0, 400), st.binary(max_size=5))
def test_rubbish_beside_a_call_changes_nothing(rubbish: list[bytes], at: int, dent: bytes) -> None:
    link = Link()
    seen: list[bytes] = []

    def note(datagram: Datagram, source: tuple[str, int]) -> None:
        seen.append(datagram.data)

    link.on_send = note
    link.react = lambda side, event: link.answer() if isinstance(event, SessionOffered) else None
    link.call()
    for _ in range(5):
        link.run(0.1)
        for agent in (link.caller, link.callee):
            for data in rubbish:
                agent.receive_datagram(data, ("192.0.2.66", 1), link.now)
            for data in seen[-2:]:
                stranger = data.replace(b"z9hG4bK", b"z9hG4bKx").replace(b"tag=", b"tag=x")
                agent.receive_datagram(stranger[:at] + dent + stranger[at:], ("192.0.2.66", 1), link.now)
    assert "1-1" in link.caller.session_ids
    assert "in-1" in link.callee.session_ids
