from dialer.model import EngineSettings
from dialer.pds.dialing import may_cancel, part_of, serving_order, snapshot
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
        work, idle_agents=2, talking_since=[1.0], acw_since=[2.0], calls=(), queued_calls=3, calls_max=4, now=9.0
    )
    assert (seen.agents, seen.idle_agents, seen.queued_calls, seen.calls_max, seen.now) == (4, 2, 3, 4, 9.0)
    assert seen.answer_limit_s == work.campaign.answer_limit_s
    assert seen.budget.rate_max == work.campaign.pacing.abandon_rate_max


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
    assert not may_cancel(ringing, 17.9)
    assert may_cancel(ringing, 18.0)
    assert not may_cancel(CallInFlight(call_id="1-1", placed_at=0.0), 100.0)
