"""Every check passes on sound books and fails on the one fault it is there for."""

from typing import Any

import msgspec
import pytest

from campaigns.model import Attempt, Cdr, Outcome
from simulation.carrier.phones import PhoneStatus
from simulation.carrier.tally import Tally
from simulation.carrier.voice import Audio
from simulation.demo.books import Books, TraceFacts
from simulation.demo.checks import check_books

INVITES, ANSWERED, CARRIER, OUTCOME, AGENTS, NEED, AUDIO, REPLAY, ENDED = range(9)


def attempt(number: int, outcome: Outcome, talked: tuple[float, float] | None = None, **changes: Any) -> Attempt:
    """An attempt of 10 s, answered after 2 s unless nobody did."""
    is_answered = outcome in (Outcome.CONNECTED, Outcome.ABANDONED, Outcome.LOST)
    made = Attempt(
        attempt_id=f"{number}-1",
        lead_id=number,
        attempt_number=1,
        campaign_id=1,
        number="+12025550100",
        caller_id="+12025550101",
        trunk="carrier",
        placed_at=100.0,
        answered_at=102.0 if is_answered else None,
        bridged_at=talked[0] if talked else None,
        ended_at=talked[1] if talked else 110.0,
        outcome=outcome,
        agent_id="agent-1" if talked else "",
    )
    return msgspec.structs.replace(made, **changes)


ATTEMPTS = (
    attempt(1, Outcome.CONNECTED, (102.0, 110.0)),
    attempt(2, Outcome.CONNECTED, (110.0, 120.0)),
    attempt(3, Outcome.ABANDONED),
    attempt(4, Outcome.LOST),
    attempt(5, Outcome.BUSY),
    attempt(6, Outcome.REFUSED),
)


def cdr(one: Attempt) -> Cdr:
    return Cdr(
        call_id=one.attempt_id,
        campaign_id=1,
        calling_number=one.caller_id,
        called_number=one.number,
        trunk=one.trunk,
        started_at=one.placed_at,
        answered_at=one.answered_at,
        ended_at=110.0,
        talk_s=8.0,
        outcome=one.outcome or Outcome.INTERRUPTED,
        sip_status=None,
        cause="",
        agent_id=one.agent_id,
    )


def phone(**changes: Any) -> PhoneStatus:
    told: dict[str, Any] = {
        "user": "agent-1",
        "tone_hz": 300,
        "is_connected": False,
        "calls": 1,
        "audio": Audio(packets_in=900, packets_out=900, sounding=400, own=400),
        "heard_hz": None,
        "heard_db": None,
    }
    return PhoneStatus(**(told | changes))


def sound_books(**changes: Any) -> Books:
    placed = ATTEMPTS[:5]
    books = Books(
        attempts=ATTEMPTS,
        cdrs=tuple(cdr(one) for one in placed),
        tally=Tally(invites=5, answered=4, attempts={one.attempt_id: 1 for one in placed}),
        phones=(phone(),),
        trace=TraceFacts(
            steps=100,
            decisions=3,
            results={one.attempt_id: 1 for one in ATTEMPTS},
            without_agent=(),
            replay_difference="",
        ),
        service_exit=0,
        unexpected_errors=0,
    )
    return msgspec.structs.replace(books, **changes)


def changed(number: int, **changes: Any) -> tuple[Attempt, ...]:
    attempts = list(ATTEMPTS)
    attempts[number - 1] = msgspec.structs.replace(attempts[number - 1], **changes)
    return tuple(attempts)


def facts(**changes: Any) -> TraceFacts:
    return msgspec.structs.replace(sound_books().trace, **changes)


def tally(**changes: Any) -> Tally:
    return msgspec.structs.replace(sound_books().tally, **changes)


def test_sound_books_pass_every_check() -> None:
    checks = check_books(sound_books())
    assert [check.name for check in checks if not check.passed] == []
    assert checks[INVITES].detail == "6 attempts, 1 of them never placed; 5 INVITEs; 0 attempts invited twice"
    assert checks[ANSWERED].detail == "4 = 2 connected + 1 abandoned + 1 lost"


@pytest.mark.parametrize(
    ("fault", "caught_by", "says"),
    [
        ({"tally": tally(attempts={"1-1": 1})}, INVITES, "wrong: 2-1, 3-1, 4-1, 5-1"),
        ({"tally": tally(invites=6, attempts=sound_books().tally.attempts | {"9-9": 1})}, INVITES, "wrong: 9-9"),
        (
            {"tally": tally(invites=6, attempts=sound_books().tally.attempts | {"5-1": 2})},
            INVITES,
            "1 attempts invited",
        ),
        ({"tally": tally(invites=6, without_attempt_id=1)}, INVITES, "6 INVITEs"),
        ({"attempts": changed(1, outcome=Outcome.NO_ANSWER)}, ANSWERED, "wrong: 1-1"),
        ({"attempts": changed(5, outcome=Outcome.LOST)}, ANSWERED, "wrong: 5-1"),
        ({"tally": tally(answered=5)}, CARRIER, "4 and 5"),
        ({"attempts": changed(5, outcome=None)}, OUTCOME, "wrong: 5-1"),
        ({"attempts": changed(5, outcome=Outcome.INTERRUPTED)}, OUTCOME, "wrong: 5-1"),
        ({"trace": facts(results=sound_books().trace.results | {"4-1": 2})}, OUTCOME, "wrong: 4-1"),
        ({"cdrs": (*sound_books().cdrs, sound_books().cdrs[0])}, OUTCOME, "wrong: 1-1"),
        ({"attempts": changed(2, bridged_at=109.9)}, AGENTS, "wrong: 1-1 and 2-1"),
        ({"attempts": changed(1, agent_id="")}, AGENTS, "2 agents"),
        ({"trace": facts(without_agent=("3-1",))}, NEED, "wrong: 3-1"),
        ({"phones": (phone(audio=Audio(sounding=5, own=4)),)}, AUDIO, "1 of anything else"),
        ({"phones": (phone(audio=Audio()),)}, AUDIO, "wrong: agent-1"),
        ({"phones": (phone(calls=2),)}, AUDIO, "wrong: agent-1"),
        ({"trace": facts(replay_difference="line 7, CallEnded")}, REPLAY, "differs at line 7"),
        ({"service_exit": 1}, ENDED, "exit status 1"),
        ({"unexpected_errors": 2}, ENDED, "2 unexpected errors"),
        ({"unexpected_errors": None}, ENDED, "not known"),
    ],
)
def test_each_fault_is_caught(fault: dict[str, Any], caught_by: int, says: str) -> None:
    check = check_books(sound_books(**fault))[caught_by]
    assert not check.passed
    assert says in check.detail


def test_a_demo_without_calls_shows_nothing_and_fails() -> None:
    empty = sound_books(attempts=(), cdrs=(), tally=Tally())
    assert not check_books(empty)[INVITES].passed


def test_many_faults_are_not_all_named() -> None:
    books = sound_books(trace=facts(without_agent=tuple(f"{n}-1" for n in range(20))))
    assert "and 15 more" in check_books(books)[NEED].detail


def test_only_a_conversation_of_some_length_must_have_been_heard() -> None:
    silent = (phone(audio=Audio()),)
    books = sound_books(phones=silent)
    cut_short = (attempt(1, Outcome.CONNECTED, (102.0, 102.01)),)
    assert check_books(msgspec.structs.replace(books, attempts=cut_short))[AUDIO].passed
    assert not check_books(books)[AUDIO].passed
