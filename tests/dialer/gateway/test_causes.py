import re
from pathlib import Path

import pytest

from campaigns.model import DEFAULT_RETRY_RULES
from dialer.gateway.causes import BY_ENDING, BY_Q850, BY_STATUS, call_cause, in_words
from dialer.gateway.settings import GatewaySettings
from dialer.gateway.silent_media import SilentMedia
from dialer.gateway.sip import Ending, SessionEnded, UserAgent
from dialer.gateway.sip_gateway import SipGateway
from dialer.model import CallCause
from dialer.pds.outcomes import UNANSWERED


def ended(ending: Ending, status: int | None = None, q850: int | None = None, reason: str = "") -> SessionEnded:
    return SessionEnded(session_id="1-1", ending=ending, status=status, reason=reason, q850=q850, was_answered=False)


@pytest.mark.parametrize(
    ("status", "cause"),
    [
        (486, CallCause.BUSY),
        (600, CallCause.BUSY),
        (404, CallCause.INVALID_NUMBER),
        (484, CallCause.INVALID_NUMBER),
        (403, CallCause.REJECTED),
        (603, CallCause.REJECTED),
        (480, CallCause.NO_ANSWER),
        (487, CallCause.NO_ANSWER),
        (503, CallCause.CONGESTION),
        (407, CallCause.CONGESTION),
        (488, CallCause.CONGESTION),
        (302, CallCause.CONGESTION),
    ],
)
def test_a_refusal_is_judged_by_its_status(status: int, cause: CallCause) -> None:
    assert call_cause(ended(Ending.REFUSED, status), has_rung=False) is cause


def test_a_definite_q850_cause_goes_before_the_status() -> None:
    assert call_cause(ended(Ending.REFUSED, 503, q850=1), has_rung=False) is CallCause.INVALID_NUMBER
    assert call_cause(ended(Ending.REFUSED, 480, q850=17), has_rung=False) is CallCause.BUSY
    assert call_cause(ended(Ending.REFUSED, 486, q850=16), has_rung=False) is CallCause.BUSY


def test_nobody_answers_only_where_it_rang() -> None:
    assert call_cause(ended(Ending.RING_TIMEOUT, 487), has_rung=True) is CallCause.NO_ANSWER
    assert call_cause(ended(Ending.RING_TIMEOUT, 487), has_rung=False) is CallCause.CONGESTION


@pytest.mark.parametrize("ending", Ending)
@pytest.mark.parametrize("status", [None, 300, 487, 699])
@pytest.mark.parametrize("q850", [None, 0, 16, 17, 127, 999])
def test_every_end_has_a_cause_and_words(ending: Ending, status: int | None, q850: int | None) -> None:
    event = ended(ending, status, q850, "words")
    assert call_cause(event, has_rung=True) in CallCause
    assert in_words(event)


def test_the_tables_are_complete_and_sane() -> None:
    assert set(BY_ENDING) == set(Ending) - {Ending.REFUSED, Ending.RING_TIMEOUT}
    assert all(300 <= status <= 699 for status in BY_STATUS)
    assert all(1 <= cause <= 127 for cause in BY_Q850)
    assert {16, 31}.isdisjoint(BY_Q850)


def test_words_for_logs() -> None:
    assert in_words(ended(Ending.REFUSED, 486, 17, "Busy Here")) == "486 Busy Here (Q.850 17)"
    assert in_words(ended(Ending.CANCELLED, 487)) == "given up by the dialer"
    assert in_words(ended(Ending.FAR_END, reason="the far end hung up")) == "the far end hung up"
    assert in_words(ended(Ending.HUNG_UP)) == "hung up by the dialer"


def test_the_reference_page_says_what_the_tables_say() -> None:
    page = (Path(__file__).parents[3] / "docs/reference/sip.md").read_text()
    table, _, _ = page.partition("| what happened | cause |")
    by_status: dict[int, CallCause] = {}
    by_q850: dict[int, CallCause] = {}
    for name, statuses, causes in re.findall(r"^\| `(\w+)` \| ([^|]+) \| ([^|]+) \|$", table, re.MULTILINE):
        by_status |= dict.fromkeys(map(int, re.findall(r"\d+", statuses)), CallCause(name))
        by_q850 |= dict.fromkeys(map(int, re.findall(r"\d+", causes)), CallCause(name))
    assert by_status == BY_STATUS
    assert by_q850 == BY_Q850


def test_the_reference_page_says_what_becomes_of_the_lead() -> None:
    page = (Path(__file__).parents[3] / "docs/reference/sip.md").read_text()
    _, _, table = page.partition("| cause, unanswered | outcome in the CDR | tried again |")
    said: dict[CallCause, tuple[str, str]] = {}
    for names, outcome, again in re.findall(r"^\| (`[^|]+`) \| `(\w+)` \| ([^|]+) \|$", table, re.MULTILINE)[:6]:
        said |= dict.fromkeys(map(CallCause, re.findall(r"`(\w+)`", names)), (outcome, again))
    for cause, outcome in UNANSWERED.items():
        rule = DEFAULT_RETRY_RULES.get(outcome)
        again = "never" if rule is None else f"after {rule.delay_s / 60:g} min, {rule.attempts_max} attempts at most"
        assert said[cause] == (outcome.value, again)


def test_the_reference_page_explains_every_counter() -> None:
    page = (Path(__file__).parents[3] / "docs/reference/sip.md").read_text()
    gateway = SipGateway(GatewaySettings(), SilentMedia(), lambda event: None, lambda: 0.0)
    agent = UserAgent(("192.0.2.1", 5060), lambda: "x")
    for name in {**gateway.counters(), **agent.counters()}:
        assert f"`{name}`" in page or name.startswith("responses_"), name
