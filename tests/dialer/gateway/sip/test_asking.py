from dialer.gateway.sip import Reminded, RequestAnswered
from tests.dialer.gateway.sip.conftest import CALLEE, Link


def ask(link: Link, timeout_s: float = 2.0) -> None:
    link.caller.ask("q", "OPTIONS", "sip:192.0.2.2:5070", CALLEE, timeout_s, link.now)


def test_an_answer_is_reported_with_its_status(link: Link) -> None:
    ask(link)
    link.run(1)
    assert link.events["caller"] == [RequestAnswered(name="q", status=200)]
    link.run(60)
    assert link.is_empty()


def test_no_answer_is_reported_once_and_in_time_and_nothing_is_left(link: Link) -> None:
    link.fate = lambda _datagram, _source: ()
    ask(link)
    link.run(1.9)
    assert link.events["caller"] == []
    link.run(0.2)
    assert link.events["caller"] == [RequestAnswered(name="q", status=None)]
    assert link.is_empty()
    link.run(60)
    assert len(link.events["caller"]) == 1


def test_an_answer_that_comes_too_late_is_not_reported(link: Link) -> None:
    link.fate = lambda _datagram, _source: (1.5,)
    ask(link)
    link.run(60)
    assert link.events["caller"] == [RequestAnswered(name="q", status=None)]


def test_reminders_come_once_and_move(link: Link) -> None:
    link.caller.remind("a", link.now + 5)
    link.caller.remind("b", link.now + 2)
    link.caller.remind("a", link.now + 1)
    link.run(10)
    assert link.events["caller"] == [Reminded(name="a"), Reminded(name="b")]
