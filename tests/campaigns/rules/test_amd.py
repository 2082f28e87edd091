import pytest

from campaigns.model import Campaign
from campaigns.rules.amd import amd_problems
from campaigns.terms import AmdSettings, OnMachine


def problems(answer_limit_s: float = 2.0, **settings: object) -> list[str]:
    amd = AmdSettings(**settings)  # type: ignore[arg-type]
    campaign = Campaign(campaign_id=1, name="x", skill_group="y", answer_limit_s=answer_limit_s, amd=amd)
    return [str(one) for one in amd_problems(campaign)]


def test_the_defaults_are_sound_on_and_off() -> None:
    assert problems() == problems(enabled=True) == []


def test_amd_must_leave_time_for_an_agent() -> None:
    (found,) = problems(enabled=True, total_s=2.5)
    assert found.startswith("amd.total_s: is 2.5: a person must be with an agent 2 s after the answer")
    assert "must be at most 1.8" in found
    assert problems(enabled=True, total_s=1.8) == []
    assert problems(enabled=True, total_s=1.7, answer_limit_s=1.5) != []
    assert problems(enabled=False, total_s=2.5) == []


def test_a_message_for_machines_must_be_named() -> None:
    assert problems(on_machine=OnMachine.LEAVE_MESSAGE) == [
        "amd.machine_message: must name the recorded message that is left on machines"
    ]
    assert problems(on_machine=OnMachine.LEAVE_MESSAGE, machine_message="callback") == []


@pytest.mark.parametrize(
    "wrong", [{"total_s": 0.0}, {"words_max": 0}, {"machine_confidence_min": 1.5}, {"greeting_s": float("nan")}]
)
def test_what_makes_no_sense_is_named(wrong: dict[str, float]) -> None:
    (found,) = problems(**wrong)
    assert found.startswith(f"amd.{next(iter(wrong))}: is ")
