"""Answer rates by list: silent until they matter, and then offered in the hopper's order."""

import pytest

from campaigns.model import Lead, PacingSettings
from dialer.model import EngineSettings
from dialer.pds.history import NumberHistory
from dialer.pds.hopper import Hopper
from dialer.pds.list_rates import ListRates
from dialer.pds.scores import Offer, list_of
from pacing.estimators.signalling import Signal
from pacing.model import CallResult
from tests.dialer.world import START, campaign, lead

PLAIN = campaign(pacing=PacingSettings(policy="predictive"))
NOBODY = NumberHistory()


def of_list(lead_id: int, name: str) -> Lead:
    return lead(lead_id, attributes={"list": name})


def teach(rates: ListRates, warm_in_ten: int, cold_in_ten: int, calls: int = 800) -> ListRates:
    for number in range(calls):
        name, share = ("warm", warm_in_ten) if number % 2 else ("cold", cold_in_ten)
        known = rates.score(PLAIN, of_list(number, name), NOBODY, START + number, "main").features
        answered = number // 2 * 7 % 10 < share
        rates.learn(known, CallResult.ANSWERED if answered else CallResult.NO_ANSWER, START + number)
    return rates


def hopper(*leads: Lead) -> Hopper:
    filled = Hopper(EngineSettings())
    filled.add(leads, START)
    return filled


def test_lists_that_differ_are_told_apart_and_offered_in_order() -> None:
    rates = teach(ListRates(), 6, 1)
    assert rates.is_trusted
    offer = rates.offer(PLAIN, hopper(of_list(1, "cold"), of_list(2, "warm")), NOBODY, START + 800.0)
    assert offer.in_order == 2
    assert offer.probabilities == pytest.approx((0.1, 0.6), abs=0.07)
    score = rates.score(PLAIN, of_list(1, "warm"), NOBODY, START + 800.0, "main")
    assert score.probability == pytest.approx(0.6, abs=0.07)
    assert rates.signalled(0.4, Signal(), START) == 0.4


def test_one_list_dialed_once_is_not_mentioned_whatever_it_learns() -> None:
    rates = ListRates()
    for number in range(800):
        known = rates.score(PLAIN, of_list(number, "warm"), NOBODY, START + number, "main").features
        rates.learn(known, CallResult.ANSWERED if number % 3 else CallResult.NO_ANSWER, START + number)
    assert not rates.is_trusted
    assert rates.offer(PLAIN, hopper(of_list(1, "warm")), NOBODY, START + 800.0) == Offer()


def test_lists_that_are_alike_are_not_mentioned() -> None:
    rates = teach(ListRates(), 3, 3)
    assert rates.offer(PLAIN, hopper(of_list(1, "cold")), NOBODY, START + 800.0) == Offer()
    assert rates.score(PLAIN, of_list(1, "cold"), NOBODY, START + 800.0).probability is None


def test_calls_given_up_and_what_others_scored_teach_nothing() -> None:
    rates = ListRates()
    known = rates.score(PLAIN, of_list(1, "warm"), NOBODY, START).features
    for number in range(100):
        rates.learn(known, CallResult.CANCELLED, START + number)
        rates.learn({"hour": "weekday 10"}, CallResult.ANSWERED, START + number)
    assert not rates.is_trusted
    assert rates._base.value() is None


def test_a_lead_names_its_list_itself_or_by_attribute() -> None:
    assert list_of(of_list(1, "spring")) == "spring"
    assert list_of(lead(1, list_id=7)) == "7"
    assert list_of(lead(1)) == ""
