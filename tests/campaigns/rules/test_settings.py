from typing import Any

import pytest
from msgspec.structs import replace

from campaigns.model import CallingWindow, Campaign, KindRule, Outcome, PacingSettings, PhoneKind, RetryRule
from campaigns.rules.compliance import Problem
from campaigns.rules.settings import is_e164, problems
from campaigns.skips import SkipReason

CAMPAIGN = Campaign(campaign_id=1, name="spring", skill_group="sales")
NEVER = KindRule(delay_s=1.0, attempts_max=0)
POLICIES = ["predictive", "progressive"]


def fields(campaign: Campaign) -> list[str]:
    return [problem.field for problem in problems(campaign, POLICIES)]


def test_the_defaults_are_sound() -> None:
    assert problems(CAMPAIGN, POLICIES) == ()


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": " "}, "name"),
        ({"name": "x" * 201}, "name"),
        ({"skill_group": ""}, "skill_group"),
        ({"trunk_group": ""}, "trunk_group"),
        ({"message": ""}, "message"),
        ({"caller_id": "555-0100"}, "caller_id"),
        ({"ring_timeout_s": 14.9}, "ring_timeout_s"),
        ({"ring_timeout_s": float("nan")}, "ring_timeout_s"),
        ({"ring_timeout_s": 121.0}, "ring_timeout_s"),
        ({"answer_limit_s": 2.1}, "answer_limit_s"),
        ({"answer_limit_s": -0.1}, "answer_limit_s"),
        ({"acw_s_max": float("inf")}, "acw_s_max"),
        ({"attempts_max": 0}, "attempts_max"),
        ({"priority": 1001}, "priority"),
        ({"time_zone": "EST5EDT6"}, "time_zone"),
        ({"time_zone": ""}, "time_zone"),
        ({"pacing": PacingSettings(policy="psychic")}, "pacing.policy"),
        ({"pacing": PacingSettings(ratio=0.0)}, "pacing.ratio"),
        ({"pacing": PacingSettings(ratio=10.5)}, "pacing.ratio"),
        ({"pacing": PacingSettings(abandon_rate_max=3.0)}, "pacing.abandon_rate_max"),
        ({"pacing": PacingSettings(abandon_rate_max=0.0)}, "pacing.abandon_rate_max"),
        ({"pacing": PacingSettings(abandon_rate_target=0.04)}, "pacing.abandon_rate_target"),
        ({"pacing": PacingSettings(cancel_after_s=14.9)}, "pacing.cancel_after_s"),
        ({"pacing": PacingSettings(cancel_after_s=float("nan"))}, "pacing.cancel_after_s"),
        ({"pacing": PacingSettings(dialing_ends="5 pm")}, "pacing.dialing_ends"),
        ({"pacing": PacingSettings(cancel_after_s=15.0, late_cancels_max=0)}, "pacing.late_cancels_max"),
        ({"pacing": PacingSettings(chooses_leads=True)}, "pacing.chooses_leads"),
        ({"pacing": PacingSettings(shadow="psychic")}, "pacing.shadow"),
        ({"pacing": PacingSettings(preview_s=-1.0)}, "pacing.preview_s"),
        ({"pacing": PacingSettings(preview_s=float("nan"))}, "pacing.preview_s"),
        ({"skip_reasons": (SkipReason(name="no good"),)}, "skip_reasons[0].name"),
        ({"skip_reasons": (SkipReason(name="a"), SkipReason(name="a"))}, "skip_reasons[1].name"),
        ({"skip_reasons": (SkipReason(name="a", label="x" * 201),)}, "skip_reasons[0].label"),
        ({"skip_reasons": (SkipReason(name="ran_out"),)}, "skip_reasons[0].name"),
        ({"skip_reasons": tuple(SkipReason(name=f"r{one}") for one in range(51))}, "skip_reasons"),
        ({"calling_window": CallingWindow(start="8")}, "calling_window.start"),
        ({"calling_window": CallingWindow(end="21:60")}, "calling_window.end"),
        ({"calling_window": CallingWindow(start="20:00", end="08:00")}, "calling_window.end"),
        ({"calling_window": CallingWindow(days=())}, "calling_window.days"),
        ({"calling_window": CallingWindow(days=(0, 7))}, "calling_window.days"),
        ({"calling_window": CallingWindow(days=(1, 1))}, "calling_window.days"),
        (
            {"retry_rules": {Outcome.BUSY: RetryRule(delay_s=1, attempts_max=1, best_hours=("9-17",))}},
            "retry_rules.busy.best_hours[0]",
        ),
        (
            {"retry_rules": {Outcome.BUSY: RetryRule(delay_s=1, attempts_max=1, by_kind={PhoneKind.HOME: NEVER})}},
            "retry_rules.busy.by_kind.home.attempts_max",
        ),
        ({"retry_rules": {Outcome.BUSY: RetryRule(delay_s=-1, attempts_max=1)}}, "retry_rules.busy.delay_s"),
        ({"retry_rules": {Outcome.BUSY: RetryRule(delay_s=1, attempts_max=0)}}, "retry_rules.busy.attempts_max"),
    ],
)
def test_each_unsound_setting_is_named(changes: dict[str, Any], field: str) -> None:
    assert fields(replace(CAMPAIGN, **changes)) == [field]


def test_all_that_pacing_can_do_may_be_switched_on() -> None:
    pacing = PacingSettings(cancel_after_s=15.0, late_cancels_max=3, lead_scores=True, chooses_leads=True)
    assert problems(replace(CAMPAIGN, pacing=pacing), POLICIES) == ()


def test_all_that_is_wrong_is_named_at_once() -> None:
    campaign = replace(CAMPAIGN, name="", ring_timeout_s=1.0, pacing=PacingSettings(policy="psychic", ratio=-1.0))
    assert fields(campaign) == ["name", "ring_timeout_s", "pacing.policy", "pacing.ratio"]


def test_a_problem_says_what_would_be_right() -> None:
    (problem,) = problems(replace(CAMPAIGN, ring_timeout_s=10.0), POLICIES)
    assert str(problem) == (
        "ring_timeout_s: is 10, must be 15 to 120 (people must be given 15 s to answer, 16 CFR 310.4(b)(4)(ii))"
    )
    (problem,) = problems(replace(CAMPAIGN, pacing=PacingSettings(policy="psychic")), POLICIES)
    assert str(problem) == "pacing.policy: there is no 'psychic'; choose one of: predictive, progressive"
    assert str(Problem("", "all wrong")) == "all wrong"


@pytest.mark.parametrize("number", ["+12025550123", "+4930123456", "+1234567"])
def test_e164_numbers_are_known(number: str) -> None:
    assert is_e164(number)


@pytest.mark.parametrize(
    "number", ["", "+", "12025550123", "+0123456789", "+123456", "+1234567890123456", "+1202555O123"]
)
def test_other_texts_are_no_e164_numbers(number: str) -> None:
    assert not is_e164(number)
