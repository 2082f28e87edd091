from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from msgspec.structs import replace

from campaigns.model import CallingWindow, Campaign, CampaignStatus, NewLead, Outcome, PacingSettings
from campaigns.rules.compliance import Problem
from campaigns.service.campaigns import (
    block_numbers,
    campaign_task,
    change_status,
    create_campaign,
    differences,
    edit_campaign,
)
from campaigns.service.errors import CallerError, CampaignNotFoundError, InvalidSettingsError, StatusChangeError
from campaigns.store.memory import MemoryStore

NOW = 1_770_000_000.0
SETTINGS = {"name": "spring", "skill_group": "sales"}


def test_a_campaign_begins_as_a_draft_with_defaults() -> None:
    store = MemoryStore()
    campaign = create_campaign(store, {**SETTINGS, "pacing": {"policy": "progressive"}, "ring_timeout_s": 20})
    assert (campaign.status, campaign.ring_timeout_s) == (CampaignStatus.DRAFT, 20.0)
    assert campaign.pacing == PacingSettings(policy="progressive")
    assert store.campaign(campaign.campaign_id) == campaign


@pytest.mark.parametrize(
    ("settings", "problem"),
    [
        ({"skill_group": "sales"}, "name: is required"),
        ({**SETTINGS, "ring_timeout_s": "long"}, "ring_timeout_s: expected `float`, got `str`"),
        ({**SETTINGS, "pacing": {"rate": 2}}, "pacing.rate: is no setting; there are: abandon_rate_max, "),
        (
            {**SETTINGS, "ring_time": 20},
            "ring_time: is no setting; there are: acw_s_max, amd, amd_false_positives, answer_limit_s, ",
        ),
        ({**SETTINGS, "status": "running"}, "status: is not a setting; start, pause or stop the campaign instead"),
        ({**SETTINGS, "campaign_id": 7}, "campaign_id: is given by the store; leave it out"),
        ({**SETTINGS, "ring_timeout_s": 10, "time_zone": "Mars"}, "ring_timeout_s: is 10, must be 15 to 120"),
        ({**SETTINGS, "treatment": "fax"}, "treatment: invalid enum value 'fax'; there are: agent, message"),
        (
            {**SETTINGS, "retry_rules": {"busy": {"delay": 1}}},
            "retry_rules.delay: is no setting; there are: attempts_max, best_hours, by_kind, ",
        ),
        ({**SETTINGS, "retry_rules": {"bored": {}}}, "retry_rules: invalid enum value 'bored'; there are: connected, "),
        (
            {**SETTINGS, "retry_rules": {"busy": {"by_kind": {"mobile": {"rest": 1}}}}},
            "retry_rules.by_kind.rest: is no setting; there are: attempts_max, delay_s",
        ),
        (
            {**SETTINGS, "menu": {"prompt": "a", "keys": {}, "wait": 5}},
            "menu.wait: is no setting; there are: keys, no_key",
        ),
        (
            {**SETTINGS, "menu": {"prompt": "a", "keys": {"1": {"action": "agent", "say": ""}}}},
            "menu.keys.say: is no setting; there are: action, callback_after_s, ",
        ),
        (
            {**SETTINGS, "menu": {"prompt": "a", "keys": {"1": {"action": "agnt"}}}},
            "menu.keys.action: invalid enum value 'agnt'; there are: agent, message, disposition, repeat, hang_up",
        ),
        (
            {**SETTINGS, "skip_reasons": [{"name": "busy", "text": ""}]},
            "skip_reasons[0].text: is no setting; there are: label, name, needs_note",
        ),
    ],
)
def test_unsound_settings_are_refused_by_name(settings: dict[str, Any], problem: str) -> None:
    store = MemoryStore()
    with pytest.raises(InvalidSettingsError) as raised:
        create_campaign(store, settings)
    assert str(raised.value).startswith(problem)
    assert store.campaigns() == ()


NAMES = st.sampled_from(["keys", "1", "no_key", "action", "busy", "by_kind", "mobile", "numbers", "name", "x"])
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.sampled_from(["agent", "", "x"]),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(NAMES, inner, max_size=3),
    max_leaves=8,
)


@given(st.sampled_from(Campaign.__struct_fields__), VALUES)
@example("menu", {"keys": {"1": {"x": 1}}})
def test_whatever_a_setting_is_it_is_taken_or_refused_by_name(field: str, value: object) -> None:
    problems: tuple[Problem, ...] = ()
    try:
        create_campaign(MemoryStore(), {**SETTINGS, field: value})
    except InvalidSettingsError as error:
        problems = error.problems
    assert all(problem.field and problem.message for problem in problems)


def test_edits_merge_and_null_returns_to_the_default() -> None:
    store = MemoryStore()
    created = create_campaign(store, {**SETTINGS, "pacing": {"policy": "ratio", "ratio": 2.5}, "priority": 3})
    changes = {"pacing": {"ratio": 1.2}, "priority": None, "calling_window": {"end": "20:00"}}
    edited = edit_campaign(store, created.campaign_id, changes)
    assert edited == replace(
        created,
        pacing=PacingSettings(policy="ratio", ratio=1.2),
        priority=0,
        calling_window=CallingWindow(end="20:00"),
    )
    assert store.campaign(created.campaign_id) == edited


def test_one_retry_rule_can_be_taken_away() -> None:
    store = MemoryStore()
    created = create_campaign(store, SETTINGS)
    edited = edit_campaign(store, created.campaign_id, {"retry_rules": {"busy": None, "machine": {"delay_s": 60}}})
    assert Outcome.BUSY not in edited.retry_rules
    assert edited.retry_rules[Outcome.MACHINE].delay_s == 60.0
    assert edited.retry_rules[Outcome.NO_ANSWER] == created.retry_rules[Outcome.NO_ANSWER]


def test_an_unsound_edit_changes_nothing() -> None:
    store = MemoryStore()
    created = create_campaign(store, SETTINGS)
    with pytest.raises(InvalidSettingsError, match=r"pacing\.abandon_rate_max"):
        edit_campaign(store, created.campaign_id, {"pacing": {"abandon_rate_max": 0.2}, "priority": 9})
    assert store.campaign(created.campaign_id) == created


def test_a_campaign_is_started_paused_and_stopped() -> None:
    store = MemoryStore()
    campaign_id = create_campaign(store, SETTINGS).campaign_id
    for wanted in (CampaignStatus.RUNNING, CampaignStatus.PAUSED, CampaignStatus.RUNNING, CampaignStatus.STOPPED):
        assert change_status(store, campaign_id, wanted).status is wanted
        assert change_status(store, campaign_id, wanted) == store.campaign(campaign_id)
    with pytest.raises(StatusChangeError, match="stopped cannot become paused, only running"):
        change_status(store, campaign_id, CampaignStatus.PAUSED)
    with pytest.raises(CampaignNotFoundError):
        change_status(store, 99, CampaignStatus.RUNNING)


def test_a_campaign_that_is_no_longer_sound_is_not_started() -> None:
    store = MemoryStore()
    campaign = create_campaign(store, SETTINGS)
    store.update_campaign(replace(campaign, pacing=PacingSettings(policy="retired")))
    with pytest.raises(InvalidSettingsError, match="retired"):
        change_status(store, campaign.campaign_id, CampaignStatus.RUNNING)


def test_the_task_of_a_campaign_that_does_not_run_can_be_had() -> None:
    store = MemoryStore()
    campaign = create_campaign(store, SETTINGS)
    store.add_leads(campaign.campaign_id, [NewLead(number="+12025550101")])
    assert campaign_task(store, campaign.campaign_id, NOW).campaign == campaign
    running = change_status(store, campaign.campaign_id, CampaignStatus.RUNNING)
    task = campaign_task(store, campaign.campaign_id, NOW)
    assert (task.campaign, task.leads_open) == (running, 1)
    with pytest.raises(CampaignNotFoundError):
        campaign_task(store, 99, NOW)


def test_only_e164_numbers_are_blocked() -> None:
    store = MemoryStore()
    assert block_numbers(store, ["+12025550101"], "asked", NOW) == 1
    with pytest.raises(CallerError, match="'555-0102' is not an E"):
        block_numbers(store, ["+12025550103", "555-0102"], "asked", NOW)
    assert block_numbers(store, ["+12025550103"], "asked", NOW) == 1


def test_a_campaign_may_begin_like_another() -> None:
    store = MemoryStore()
    first = create_campaign(store, {**SETTINGS, "ring_timeout_s": 40, "pacing": {"ratio": 2.0}}, "GB")
    second = create_campaign(store, {"name": "autumn", "pacing": {"policy": "ratio"}}, like=first.campaign_id)
    assert (second.name, second.skill_group, second.compliance) == ("autumn", "sales", "gb")
    assert (second.pacing.policy, second.pacing.ratio, second.pacing.abandon_rate_target) == ("ratio", 2.0, 0.01)
    assert second.campaign_id != first.campaign_id
    with pytest.raises(CampaignNotFoundError):
        create_campaign(store, SETTINGS, like=99)


def test_what_changed_is_told_field_by_field() -> None:
    store = MemoryStore()
    before = create_campaign(store, SETTINGS)
    after = edit_campaign(store, before.campaign_id, {"ring_timeout_s": 30, "pacing": {"ratio": 2.0}})
    assert differences(before, after) == [
        {"field": "pacing.ratio", "before": 1.5, "after": 2.0},
        {"field": "ring_timeout_s", "before": 25.0, "after": 30.0},
    ]
    assert differences(before, before) == []
