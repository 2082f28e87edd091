"""Do the books agree with each other? Every check says what it compared, and names what does not fit."""

from collections import Counter
from collections.abc import Sequence
from itertools import pairwise

import msgspec

from campaigns.model import Attempt, Outcome
from simulation.demo.books import Books

NAMED_MAX = 5
PERSON_OUTCOMES = (Outcome.CONNECTED, Outcome.ABANDONED, Outcome.LOST)
HEARD_S_MIN = 2.0
"""A conversation this long must have been heard. In one cut short, by Ctrl-C say, no packet need have gone round: the
relay learns each side's address from its first packet, and the echo takes the way there and back."""


class Check(msgspec.Struct, frozen=True, kw_only=True):
    """One comparison."""

    name: str
    passed: bool
    detail: str
    """The figures, and what does not fit."""


def check_books(books: Books) -> tuple[Check, ...]:
    """All checks; every one is made whatever the others say."""
    return (
        _attempts_are_invites(books),
        _answered_adds_up(books),
        _carrier_agrees_on_answers(books),
        _one_outcome_each(books),
        _no_agent_in_two_calls(books),
        _no_call_without_an_agent(books),
        _audio_came_back(books),
        _trace_replays(books),
        _ended_in_order(books),
    )


def _attempts_are_invites(books: Books) -> Check:
    """A CDR stands for a call that was placed; an attempt without one was given up before its INVITE."""
    placed = {cdr.call_id for cdr in books.cdrs}
    invited = books.tally.attempts
    wrong = sorted(placed ^ invited.keys()) + sorted(books.tally.twice)
    not_placed = len(books.attempts) - len(placed)
    return Check(
        name="attempts in the database = INVITE transactions at the carrier",
        passed=not wrong and books.tally.invites == len(placed) and len(placed) > 0,
        detail=f"{len(books.attempts)} attempts, {not_placed} of them never placed; {books.tally.invites} INVITEs; "
        f"{len(books.tally.twice)} attempts invited twice{_named(wrong)}",
    )


def _answered_adds_up(books: Books) -> Check:
    answered = [attempt for attempt in books.attempts if attempt.answered_at is not None]
    counts = Counter(attempt.outcome for attempt in answered)
    wrong = [attempt.attempt_id for attempt in answered if attempt.outcome not in PERSON_OUTCOMES]
    wrong += [one.attempt_id for one in books.attempts if one.answered_at is None and one.outcome in PERSON_OUTCOMES]
    parts = " + ".join(f"{counts[outcome]} {outcome}" for outcome in PERSON_OUTCOMES)
    return Check(
        name="answered = connected + abandoned + lost",
        passed=not wrong,
        detail=f"{len(answered)} = {parts}{_named(wrong)}",
    )


def _carrier_agrees_on_answers(books: Books) -> Check:
    answered = sum(attempt.answered_at is not None for attempt in books.attempts)
    return Check(
        name="answers in the database = answers at the carrier",
        passed=answered == books.tally.answered,
        detail=f"{answered} and {books.tally.answered}",
    )


def _one_outcome_each(books: Books) -> Check:
    no_outcome = [attempt.attempt_id for attempt in books.attempts if attempt.outcome in (None, Outcome.INTERRUPTED)]
    not_one = [one.attempt_id for one in books.attempts if books.trace.results.get(one.attempt_id) != 1]
    doubles = [call_id for call_id, count in Counter(cdr.call_id for cdr in books.cdrs).items() if count > 1]
    wrong = [*no_outcome, *not_one, *doubles]
    return Check(
        name="every attempt has exactly one final outcome",
        passed=not wrong,
        detail=f"{len(books.attempts)} attempts, {sum(books.trace.results.values())} results, {len(books.cdrs)} CDRs"
        + _named(wrong),
    )


def _no_agent_in_two_calls(books: Books) -> Check:
    by_agent: dict[str, list[Attempt]] = {}
    for attempt in books.attempts:
        if attempt.bridged_at is not None:
            by_agent.setdefault(attempt.agent_id, []).append(attempt)
    wrong = []
    for attempts in by_agent.values():
        attempts.sort(key=lambda attempt: attempt.bridged_at or 0.0)
        wrong += [
            f"{before.attempt_id} and {after.attempt_id}"
            for before, after in pairwise(attempts)
            if before.ended_at is None or after.bridged_at is None or after.bridged_at < before.ended_at
        ]
    bridged = sum(len(attempts) for attempts in by_agent.values())
    return Check(
        name="no agent was ever in two calls",
        passed=not wrong and "" not in by_agent,
        detail=f"{bridged} conversations of {len(by_agent)} agents{_named(wrong)}",
    )


def _no_call_without_an_agent(books: Books) -> Check:
    wrong = books.trace.without_agent
    return Check(
        name="no call was decided on without a free or soon-free agent",
        passed=not wrong,
        detail=f"{books.trace.decisions} decisions placed calls{_named(wrong)}",
    )


def _audio_came_back(books: Books) -> Check:
    """Customers echo, so an agent's telephone hears its own tone through the bridge, and never another's."""
    talked = {
        attempt.agent_id
        for attempt in books.attempts
        if attempt.bridged_at is not None
        and attempt.ended_at is not None
        and attempt.ended_at - attempt.bridged_at >= HEARD_S_MIN
    }
    own = sum(phone.audio.own for phone in books.phones)
    foreign = sum(phone.audio.sounding - phone.audio.own for phone in books.phones)
    deaf = [phone.user for phone in books.phones if phone.user in talked and not phone.audio.own]
    again = [phone.user for phone in books.phones if phone.calls > 1]
    return Check(
        name="agents' audio went through the bridge and back, to the bit, on one open leg",
        passed=not deaf and not again and foreign == 0,
        detail=f"{own} packets of their own tones heard, {foreign} of anything else{_named([*deaf, *again])}",
    )


def _trace_replays(books: Books) -> Check:
    difference = books.trace.replay_difference
    return Check(
        name="the recorded trace replays command for command",
        passed=not difference,
        detail=f"{books.trace.steps} events" + (f"; differs at {difference}" if difference else ""),
    )


def _ended_in_order(books: Books) -> Check:
    errors = books.unexpected_errors
    counted = "unexpected errors not known" if errors is None else f"{errors} unexpected errors"
    return Check(
        name="the dialer ended in order",
        passed=books.service_exit == 0 and errors == 0,
        detail=f"exit status {books.service_exit}, {counted}",
    )


def _named(names: Sequence[str]) -> str:
    if not names:
        return ""
    more = f" and {len(names) - NAMED_MAX} more" if len(names) > NAMED_MAX else ""
    return f"; wrong: {', '.join(names[:NAMED_MAX])}{more}"
