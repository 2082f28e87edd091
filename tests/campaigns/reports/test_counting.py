from campaigns.model import ANSWERED_BY_PERSON, Outcome
from campaigns.reports.counting import counts, rate
from campaigns.reports.model import Counts, Tally


def tally(outcome: Outcome | None, attempts: int, not_placed: int = 0, talk_s: float = 0.0) -> Tally:
    return Tally(
        campaign_id=1, keys=(), outcome=outcome, attempts=attempts, not_placed=not_placed, talk_s=talk_s, wait_s=0.0
    )


def test_attempts_are_the_sum_of_all_outcomes_and_those_open() -> None:
    found = Counts(**counts([tally(outcome, place) for place, outcome in enumerate([None, *Outcome], 1)]))
    assert found.open == 1
    assert found.attempts == sum(getattr(found, outcome.value) for outcome in Outcome) + found.open
    assert found.answered == sum(getattr(found, outcome.value) for outcome in ANSWERED_BY_PERSON)


def test_rates_are_of_what_was_placed_and_answered() -> None:
    found = counts(
        [
            tally(Outcome.CONNECTED, 6, talk_s=60.0),
            tally(Outcome.ABANDONED, 2),
            tally(Outcome.CANCELLED, 8, not_placed=3),
            tally(Outcome.REFUSED, 5, not_placed=5),
        ]
    )
    assert (found["attempts"], found["placed"], found["answered"]) == (21, 13, 8)
    assert found["answer_rate"] == 8 / 13
    assert found["abandon_rate"] == 2 / 8
    assert found["talk_mean_s"] == 10.0


def test_a_rate_of_nothing_is_not_zero() -> None:
    found = counts([])
    assert [found[name] for name in ("answer_rate", "abandon_rate", "talk_mean_s", "wait_mean_s")] == [None] * 4
    assert rate(0, 5) == 0.0


def test_whoever_only_heard_a_menu_was_reached_and_could_not_be_abandoned() -> None:
    found = counts([tally(Outcome.CONNECTED, 9), tally(Outcome.ABANDONED, 1), tally(Outcome.MENU_ENDED, 90)])
    assert found["answered"] == 100
    assert found["abandon_rate"] == 1 / 10
