import pytest

from dialer.gateway.sip.errors import TooManySessions, UnknownSession, WrongState
from dialer.gateway.sip.events import Ending, SessionEnded
from dialer.gateway.sip.message import Request, Response
from dialer.gateway.sip.session import Session, SessionState
from dialer.gateway.sip.session_table import SessionTable, printable, q850_cause
from dialer.gateway.sip.timers import Timers


def make(name: str, call_id: str = "c") -> Session:
    headers = {
        "Via": ["SIP/2.0/UDP h;branch=z9hG4bK1"],
        "From": ["<sip:a@h>;tag=1"],
        "To": ["<sip:b@h>"],
        "Call-ID": [call_id],
        "CSeq": ["1 INVITE"],
    }
    return Session(name, SessionState.CALLING, Request("INVITE", "sip:b@h", headers), None, "1")


def refusal(**more: str) -> Response:
    headers = make("x").invite.headers | {name.replace("_", "-"): [value] for name, value in more.items()}
    return Response(503, "Down\x07 for\r now", headers)


def test_sessions_are_found_by_name_and_by_dialog() -> None:
    table = SessionTable(10, Timers())
    session = make("1-1")
    table.add(session)
    assert table.get("1-1") is session
    assert table.find("c", "1") is session
    assert table.find("c", None) is None
    assert "1-1" in table
    assert (len(table), table.dialogs, table.names()) == (1, 1, ("1-1",))


def test_the_table_is_bounded_and_names_are_unique() -> None:
    table = SessionTable(1, Timers())
    table.add(make("1-1"))
    with pytest.raises(TooManySessions, match="limit"):
        table.check_room("1-2")
    roomy = SessionTable(2, Timers())
    roomy.add(make("1-1"))
    with pytest.raises(TooManySessions, match="open already"):
        roomy.check_room("1-1")


def test_an_end_is_reported_once_with_what_the_response_says() -> None:
    table = SessionTable(10, Timers())
    session = make("1-1")
    table.add(session)
    response = refusal(Reason='SIP;cause=1, Q.850 ;cause=34;text="no, circuit"', Retry_After="18;duration=3")
    table.end(session, Ending.REFUSED, message=response)
    assert table.events == [
        SessionEnded(
            session_id="1-1", ending=Ending.REFUSED, status=503, reason="Down for now", q850=34,
            was_answered=False, retry_after_s=18.0,
        )
    ]  # fmt: skip
    assert (len(table), table.dialogs) == (0, 0)
    with pytest.raises(UnknownSession):
        table.get("1-1")
    with pytest.raises(WrongState):
        table.end(session, Ending.REFUSED)


def test_a_dialog_may_outlive_its_session() -> None:
    table = SessionTable(10, Timers())
    session = make("1-1")
    table.add(session)
    table.end(session, Ending.HUNG_UP, keep_dialog=True)
    assert table.find("c", "1") is session
    table.forget_dialog(session)
    table.forget_dialog(session)
    assert table.dialogs == 0


@pytest.mark.parametrize(
    ("value", "cause"),
    [
        ("Q.850;cause=17", 17),
        ('q.850; cause="16";text="x"', 16),
        ("SIP;cause=200", None),
        ("Q.850;cause=many", None),
        ("Q.850;cause=99999", None),
        ("Q.850", None),
        ('Q.850;cause=17;text="open', None),
    ],
)
def test_q850_causes(value: str, cause: int | None) -> None:
    assert q850_cause(refusal(Reason=value)) == cause


def test_text_from_outside_is_made_fit_to_keep() -> None:
    assert printable("a\x00b\nc") == "abc"
    assert len(printable("x" * 1000)) == 200
