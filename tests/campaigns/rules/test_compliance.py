from typing import Any

import pytest
from msgspec.structs import replace

from campaigns.model import CallingWindow, Campaign
from campaigns.rules.compliance import compliance_problems, range_problems
from campaigns.rules.profiles.reading import choices
from campaigns.terms import AttemptCap, Within

CAMPAIGN = Campaign(campaign_id=1, name="spring", skill_group="sales")


@pytest.mark.parametrize("compliance", choices())
def test_the_defaults_are_sound_under_every_profile(compliance: str) -> None:
    assert list(compliance_problems(replace(CAMPAIGN, compliance=compliance))) == []


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"compliance": "atlantis"}, "compliance"),
        ({"compliance": "in", "caller_id": "+919812345678"}, "caller_id"),
        ({"compliance": "fr", "calling_window": CallingWindow(start="08:00", end="09:30")}, "calling_window"),
        ({"compliance": "fr", "calling_window": CallingWindow(days=(5, 6))}, "calling_window"),
        ({"attempt_caps": (AttemptCap(attempts_max=0, within=Within.DAY),)}, "attempt_caps[0].attempts_max"),
        ({"attempt_caps": (AttemptCap(attempts_max=1, within=Within.DAY),) * 21}, "attempt_caps"),
        ({"holidays": ("US", "US-XX")}, "holidays[1]"),
        ({"holidays": ("Atlantis",)}, "holidays[0]"),
        ({"holidays": ("US",) * 21}, "holidays"),
        ({"starts_on": "tomorrow"}, "starts_on"),
        ({"starts_on": "2026-03-02", "ends_on": "2026-03-01"}, "ends_on"),
        ({"ends_on": "9999-12-31"}, "ends_on"),
        ({"amd_false_positives": 1.5}, "amd_false_positives"),
    ],
)
def test_each_unsound_setting_is_named(changes: dict[str, Any], field: str) -> None:
    assert [problem.field for problem in compliance_problems(replace(CAMPAIGN, **changes))] == [field]


def test_a_number_out_of_range_says_the_range() -> None:
    assert list(range_problems("x", 2.0, 1.0, 3.0)) == []
    (problem,) = range_problems("x", float("nan"), 1.0, 3.0, "because")
    assert str(problem) == "x: is nan, must be 1 to 3 (because)"
