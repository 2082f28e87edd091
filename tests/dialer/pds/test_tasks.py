from msgspec.structs import replace

from campaigns.model import CampaignStatus, PacingSettings
from dialer.model import EngineSettings
from dialer.pds.list_rates import ListRates
from dialer.pds.scores import LeadScores
from dialer.pds.tasks import STOPPED_MAX, Tasks
from pacing.model import AbandonBudget, AnswerObserved, Snapshot
from pacing.shadow import ShadowTally
from tests.dialer.world import task


def test_running_campaigns_are_listed_by_skill_group() -> None:
    tasks = Tasks(EngineSettings())
    tasks.apply(task(1))
    tasks.apply(task(2, skill_group="service"))
    tasks.apply(task(3, status=CampaignStatus.PAUSED))
    assert {name: [work.campaign_id for work in works] for name, works in tasks.by_group.items()} == {
        "sales": [1],
        "service": [2],
    }
    tasks.apply(task(1, status=CampaignStatus.PAUSED))
    tasks.apply(task(3, skill_group="service"))
    assert [work.campaign_id for work in tasks.by_group["service"]] == [2, 3]
    assert "sales" not in tasks.by_group


def test_what_was_learned_stays_until_the_pacing_changes() -> None:
    tasks = Tasks(EngineSettings())
    policy = tasks.apply(task()).policy
    assert tasks.apply(task(name="another name")).policy is policy
    scored = tasks.apply(task(pacing=PacingSettings(policy="progressive", lead_scores=True, cancel_after_s=15.0)))
    assert scored.policy is policy
    scores = scored.scores
    assert isinstance(scores, LeadScores)
    assert tasks.apply(task(pacing=PacingSettings(policy="ratio", lead_scores=True))).policy is not policy
    assert scored.scores is scores
    assert isinstance(tasks.apply(task(pacing=PacingSettings(policy="ratio"))).scores, ListRates)


def test_a_shadow_is_asked_and_dials_nothing() -> None:
    work = Tasks(EngineSettings()).apply(task(pacing=PacingSettings(policy="preview", shadow="ratio")))
    floor = Snapshot(now=0.0, idle_agents=4, calls_max=9, budget=AbandonBudget(rate_max=0.03))
    decision = work.decide(floor)
    assert decision.calls == 0
    assert decision.numbers["shadow_calls"] == 6
    assert "[shadow ratio: 1.5 calls per idle agent" in decision.reason
    assert work.shadow_tally == ShadowTally(decisions=1, more=1)


def test_forecast_risks_are_held_against_what_became_of_the_calls() -> None:
    tasks = Tasks(EngineSettings())
    work = tasks.apply(task())
    work.learn(AnswerObserved(at=0.0, abandoned=False))
    assert work.risks.ratio() is None
    work.learn(AnswerObserved(at=0.0, abandoned=True, risk=0.5))
    ratio = work.risks.ratio()
    assert ratio is not None
    assert ratio.value == 2.0
    assert tasks.apply(task(pacing=PacingSettings(policy="ratio"))).risks.ratio() is None


def test_an_unknown_policy_is_said_and_nothing_is_dialed() -> None:
    work = Tasks(EngineSettings()).apply(task(pacing=PacingSettings(policy="wishful")))
    assert work.policy is None
    assert "no pacing policy 'wishful'" in work.decision


def test_a_campaign_missing_from_the_poll_has_been_stopped_unless_it_changed_since() -> None:
    tasks = Tasks(EngineSettings())
    old, new = tasks.apply(task(1)), tasks.apply(task(2))
    new.changed_at = 10.0
    assert tasks.missing((), asked_at=10.0) == [old]
    assert tasks.missing((task(1),), asked_at=10.0) == []
    tasks.stop(old, replace(old.campaign, status=CampaignStatus.STOPPED))
    assert not old.is_running
    assert tasks.missing((), asked_at=10.0) == []


def test_stopped_campaigns_are_kept_for_views_up_to_a_limit() -> None:
    tasks = Tasks(EngineSettings())
    for campaign_id in range(STOPPED_MAX + 5):
        work = tasks.apply(task(campaign_id))
        tasks.stop(work, replace(work.campaign, status=CampaignStatus.STOPPED))
    tasks.works[0].open_calls = 1
    tasks.forget_stopped()
    assert len(tasks.works) == STOPPED_MAX + 1
    assert list(tasks.works)[:2] == [0, 5]
