"""Lead scores: learned from attempts, silent until proven, offered in bounds."""

import pytest
from msgspec.structs import replace

from campaigns.model import Campaign, Lead, Outcome, PacingSettings
from dialer.model import EngineSettings
from dialer.pds.history import NumberHistory
from dialer.pds.hopper import Hopper
from dialer.pds.scores import (
    OFFERED_MAX,
    OFFERED_MIN,
    PASSED_OVER_S_MAX,
    SCORE_LIFE_S,
    LeadScores,
    Offer,
    in_order_of,
    lead_features,
)
from pacing.model import CallResult
from tests.dialer.world import START, campaign, lead

SCORED = campaign(pacing=PacingSettings(policy="predictive", lead_scores=True))
CHOOSING = campaign(pacing=PacingSettings(policy="predictive", lead_scores=True, chooses_leads=True))
NOBODY = NumberHistory()


def person(lead_id: int, kind: str = "warm", **changes: object) -> Lead:
    return lead(lead_id, attributes={"kind": kind}, **changes)


def teach(scores: LeadScores, attempts: int = 600, settings: Campaign = SCORED) -> LeadScores:
    """Warm leads answer four times in five, cold ones once in ten."""
    for number in range(attempts):
        kind = "warm" if number % 2 else "cold"
        answered = number // 2 % 5 != 0 if kind == "warm" else number // 2 % 10 == 0
        features = scores.score(settings, person(number, kind), NOBODY, START).features
        scores.learn(features, CallResult.ANSWERED if answered else CallResult.NO_ANSWER, START + number)
    return scores


def filled(leads: list[Lead], dialed: int = 0) -> Hopper:
    hopper = Hopper(EngineSettings())
    hopper.add(tuple(leads), START)
    hopper.count_dialed(dialed, START)
    return hopper


def test_silent_until_it_has_beaten_the_base_rate() -> None:
    scores = LeadScores()
    assert scores.offer(CHOOSING, filled([person(1)]), NOBODY, START) == Offer()
    assert scores.score(CHOOSING, person(1), NOBODY, START).probability is None
    assert not scores.is_trusted
    assert teach(scores).is_trusted


def test_what_cannot_be_foretold_is_never_offered() -> None:
    scores = LeadScores()
    for number in range(2000):
        features = scores.score(CHOOSING, person(number), NOBODY, START).features
        scores.learn(features, CallResult.ANSWERED if number % 3 == 0 else CallResult.BUSY, START + number)
    assert not scores.is_trusted


def test_the_offer_says_who_is_likely_to_answer() -> None:
    scores = teach(LeadScores())
    offer = scores.offer(CHOOSING, filled([person(1, "cold"), person(2, "warm")]), NOBODY, START + 700.0)
    assert [one.lead_id for one in offer.leads] == [1, 2]
    assert offer.probabilities[0] == pytest.approx(0.1, abs=0.07)
    assert offer.probabilities[1] == pytest.approx(0.8, abs=0.07)
    assert offer.in_order == 0
    assert scores.score(CHOOSING, person(2), NOBODY, START + 700.0).probability == offer.probabilities[1]


def test_without_leave_to_choose_all_leads_go_in_order() -> None:
    offer = teach(LeadScores()).offer(SCORED, filled([person(1), person(2)]), NOBODY, START)
    assert offer.in_order == len(offer.leads) == 2


def test_as_many_are_offered_as_are_soon_dialed() -> None:
    scores = teach(LeadScores())
    many = [person(number) for number in range(300)]
    assert len(scores.offer(CHOOSING, filled(many), NOBODY, START).leads) == OFFERED_MIN
    assert len(scores.offer(CHOOSING, filled(many, dialed=10), NOBODY, START).leads) == 27
    assert len(scores.offer(CHOOSING, filled(many, dialed=1000), NOBODY, START).leads) == OFFERED_MAX


def test_a_lower_priority_is_not_offered_beside_a_higher_one() -> None:
    leads = [person(1, priority=2), person(2, priority=2), person(3, priority=1)]
    assert len(teach(LeadScores()).offer(CHOOSING, filled(leads), NOBODY, START).leads) == 2


def test_who_has_been_passed_over_for_long_goes_first() -> None:
    scores = teach(LeadScores())
    hopper = filled([person(1, "cold"), person(2), person(3)])
    assert scores.offer(CHOOSING, hopper, NOBODY, START).in_order == 0
    hopper.take([2])
    hopper.add((person(4),), START + 200.0)
    assert scores.offer(CHOOSING, hopper, NOBODY, START + 200.0).in_order == 0
    offer = scores.offer(CHOOSING, hopper, NOBODY, START + PASSED_OVER_S_MAX + 1.0)
    assert [one.lead_id for one in offer.leads[: offer.in_order]] == [1, 3]


def test_a_score_is_kept_for_a_while_and_then_made_anew() -> None:
    scores = teach(LeadScores())
    hopper = filled([person(1, "cold")])
    (first,) = scores.offer(CHOOSING, hopper, NOBODY, START).probabilities
    features = scores.score(CHOOSING, person(2, "cold"), NOBODY, START).features
    for _ in range(50):
        scores.learn(features, CallResult.ANSWERED, START)
    assert scores.offer(CHOOSING, hopper, NOBODY, START + SCORE_LIFE_S - 1.0).probabilities == (first,)
    (later,) = scores.offer(CHOOSING, hopper, NOBODY, START + SCORE_LIFE_S).probabilities
    assert later > first


def test_a_call_given_up_teaches_nothing() -> None:
    scores, other = teach(LeadScores()), teach(LeadScores())
    features = lead_features(CHOOSING, person(1), NOBODY, START)
    scores.learn(features, CallResult.CANCELLED, START)
    assert scores.score(CHOOSING, person(1), NOBODY, START) == other.score(CHOOSING, person(1), NOBODY, START)


def test_chosen_leads_come_after_those_that_must_go_first_and_bad_choices_are_left_out() -> None:
    hopper = filled([person(number) for number in range(7)])
    offer = Offer(tuple(hopper.peek())[:5], (0.5,) * 5, in_order=2)
    order = [one.lead_id for one in in_order_of(offer, (4, 1, 4, -1, 77, 3), hopper)]
    assert order == [0, 1, 4, 3, 2, 5, 6]


def test_features_are_those_of_the_moment_at_the_persons_own() -> None:
    # START is a Tuesday, 22:13 UTC.
    features = lead_features(SCORED, person(7, time_zone="America/New_York", attempts_made=2), NOBODY, START)
    assert (features["hour"], features["weekday"], features["attempt"]) == ("weekday 17", "1", "3")
    assert (features["area"], features["attribute kind"], features["last"]) == ("+1202", "warm", "")
    assert lead_features(SCORED, person(7), NOBODY, START)["hour"] == "weekday 22"


def test_features_tell_how_the_last_attempt_went() -> None:
    history = NumberHistory()
    history.note(person(7).number, START - 2 * 86400.0, Outcome.NO_ANSWER, was_given_up=False)
    features = lead_features(SCORED, person(7), history, START)
    assert (features["last"], features["since"]) == ("no_answer", "3")


def test_attributes_are_read_within_limits() -> None:
    attributes = {"note": "x" * 41} | {f"a{number}": str(number) for number in range(20)}
    features = lead_features(SCORED, replace(person(7), attributes=attributes), NOBODY, START)
    assert [name for name in features if name.startswith("attribute")] == [f"attribute a{n}" for n in range(8)]


def test_the_same_attempts_give_the_same_scores() -> None:
    offers = [teach(LeadScores()).offer(CHOOSING, filled([person(1), person(2, "cold")]), NOBODY, START) for _ in "ab"]
    assert offers[0] == offers[1]
