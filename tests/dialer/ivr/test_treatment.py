import pytest

from campaigns.model import Outcome, Treatment
from campaigns.terms import AmdSettings, OnMachine
from dialer.ivr.treatment import NOBODY_THERE, Step, amd_of, message_of, message_outcome, on_answer, on_verdict
from dialer.model import AmdResult, EngineSettings
from tests.dialer.world import campaign

AGENTLESS = campaign(treatment=Treatment.MESSAGE)


def test_an_answer_goes_to_an_agent_or_hears_the_message() -> None:
    assert on_answer(campaign(), amd=False) is Step.AGENT
    assert on_answer(AGENTLESS, amd=False) is Step.MESSAGE


def test_amd_listens_first() -> None:
    assert on_answer(campaign(), amd=True) is on_answer(AGENTLESS, amd=True) is Step.DETECT


@pytest.mark.parametrize("result", [AmdResult.PERSON, AmdResult.UNSURE])
def test_in_doubt_it_is_a_person(result: AmdResult) -> None:
    assert on_verdict(campaign(), result) is Step.AGENT
    assert on_verdict(AGENTLESS, result) is Step.MESSAGE


def test_a_machine_is_hung_up_on() -> None:
    assert on_verdict(campaign(), AmdResult.MACHINE) is Step.HANG_UP


def test_a_message_means_abandoned_unless_it_was_the_purpose() -> None:
    assert message_outcome(campaign()) is Outcome.ABANDONED
    assert message_outcome(AGENTLESS) is Outcome.MESSAGE_PLAYED


def test_a_machine_may_be_left_a_message_but_a_fax_may_not() -> None:
    leaving = campaign(amd=AmdSettings(on_machine=OnMachine.LEAVE_MESSAGE, machine_message="callback"))
    assert on_verdict(leaving, AmdResult.MACHINE) is Step.LEAVE_MESSAGE
    assert on_verdict(leaving, AmdResult.FAX) is Step.HANG_UP


def test_every_verdict_without_a_person_has_an_outcome() -> None:
    assert set(NOBODY_THERE) == set(AmdResult) - {AmdResult.PERSON, AmdResult.UNSURE}


def test_the_campaigns_amd_goes_before_the_engines() -> None:
    own = AmdSettings(enabled=True, total_s=1.1)
    assert amd_of(campaign(), EngineSettings()) is None
    assert amd_of(campaign(amd=own), EngineSettings()) == own
    assert amd_of(campaign(amd=own), EngineSettings(amd=True)) == own
    for_all = amd_of(campaign(), EngineSettings(amd=True, amd_s_max=1.5))
    assert for_all is not None
    assert for_all.total_s == 1.4


def test_the_built_in_message_names_the_key_that_works_and_ones_own_is_left_alone() -> None:
    assert message_of(campaign()) == "safe-harbour-press-9"
    assert message_of(campaign(opt_out_digit="")) == message_of(campaign(opt_out_digit="1")) == "safe-harbour"
    assert message_of(campaign(message="our-own")) == "our-own"
