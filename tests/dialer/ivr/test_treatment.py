import pytest

from campaigns.model import Outcome, Treatment
from dialer.ivr.treatment import Step, message_outcome, on_answer, on_verdict
from dialer.model import AmdResult
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
