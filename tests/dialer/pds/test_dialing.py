import pytest

from campaigns.model import Outcome, PacingSettings
from dialer.model import EngineSettings
from dialer.pds.dialing import (
    cancel_after_s,
    kept,
    may_cancel,
    number_may_cancel,
    part_of,
    remembers_numbers,
    serving_order,
    snapshot,
)
from dialer.pds.history import NumberHistory
from dialer.pds.scores import Offer
from dialer.pds.tasks import CampaignWork
from pacing.model import CallInFlight
from tests.dialer.world import task


def a_work(campaign_id: int = 1, priority: int = 0, served: int = 0) -> CampaignWork:
    work = CampaignWork(task(campaign_id, priority=priority), EngineSettings())
    work.served = served
    return work


def in_flight(count: int) -> dict[str, CallInFlight]:
    return {f"{number}-1": CallInFlight(call_id=f"{number}-1", placed_at=float(number)) for number in range(count)}


def test_the_snapshot_holds_what_the_campaign_says() -> None:
    work = a_work()
    seen = snapshot(
        work,
        idle_agents=2,
        talking_since=[1.0],
        acw_since=[2.0],
        talking_ids=["ann"],
        acw_ids=["bob"],
        promises=[],
        detecting_calls=0,
        calls=(),
        queued_calls=3,
        calls_max=4,
        offer=Offer(probabilities=(0.2, 0.4), in_order=1),
        now=9.0,
    )
    assert (seen.agents, seen.idle_agents, seen.queued_calls, seen.calls_max, seen.now) == (4, 2, 3, 4, 9.0)
    assert seen.answer_limit_s == work.campaign.answer_limit_s
    assert seen.budget.rate_max == work.campaign.pacing.abandon_rate_max
    assert seen.leads_left == work.leads_open == 1000
    assert (seen.cancel_after_s, seen.lead_probabilities, seen.leads_in_order) == (None, (0.2, 0.4), 1)


def test_campaigns_are_served_by_priority_and_equals_in_turn() -> None:
    works = [a_work(1, served=7), a_work(2, served=3), a_work(3, priority=1, served=9)]
    assert [work.campaign_id for work in serving_order(works)] == [3, 2, 1]


def test_another_groups_calls_count_in_the_proportion_of_shared_agents() -> None:
    calls = in_flight(10)
    assert len(part_of(calls, shared=1, members=5)) == 2
    assert len(part_of(calls, shared=1, members=3)) == 4
    assert part_of(calls, shared=5, members=5) == tuple(calls.values())
    assert part_of({}, shared=1, members=2) == ()


def test_a_call_may_be_given_up_once_it_has_rung_long_enough() -> None:
    ringing = CallInFlight(call_id="1-1", placed_at=0.0, ringing_at=3.0)
    assert not may_cancel(ringing, 15.0, 17.9)
    assert may_cancel(ringing, 15.0, 18.0)
    assert not may_cancel(ringing, 20.0, 18.0)
    assert not may_cancel(CallInFlight(call_id="1-1", placed_at=0.0), 15.0, 100.0)


def test_no_call_is_given_up_unless_the_campaign_says_so() -> None:
    assert cancel_after_s(PacingSettings()) is None
    assert not may_cancel(CallInFlight(call_id="1-1", placed_at=0.0, ringing_at=3.0), None, 1000.0)


@pytest.mark.parametrize(("asked", "kept_to"), [(20.0, 20.0), (15.0, 15.0), (3.0, 15.0)])
def test_none_sooner_than_the_law_allows_whatever_the_campaign_says(asked: float, kept_to: float) -> None:
    assert cancel_after_s(PacingSettings(cancel_after_s=asked)) == kept_to


def test_a_number_is_given_up_as_often_as_is_allowed() -> None:
    history = NumberHistory()
    pacing = PacingSettings(cancel_after_s=15.0, late_cancels_max=2)
    for allowed in (True, True, False):
        assert number_may_cancel(pacing, "+12025550100", history) is allowed
        history.note("+12025550100", 0.0, Outcome.CANCELLED, was_given_up=True)


def test_other_campaigns_calls_are_left_alone() -> None:
    assert [call.may_cancel for call in kept(in_flight(2).values())] == [False, False]


def test_numbers_are_remembered_only_where_something_is_asked_of_them() -> None:
    asked = [PacingSettings(), PacingSettings(cancel_after_s=15.0), PacingSettings(lead_scores=True)]
    assert [remembers_numbers(pacing) for pacing in asked] == [False, True, True]
