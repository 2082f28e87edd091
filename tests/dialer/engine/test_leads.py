from campaigns.model import CampaignStatus
from dialer import messages as m
from dialer.engine import leads
from tests.dialer.world import World, lead, silent, task

RESERVED = m.LeadsReserved(campaign_id=1, leads=(lead(901), lead(902)))


def test_leads_are_reserved_once_agents_are_logged_in() -> None:
    world = World(fate=silent)
    world.start(task())
    world.run(10.0)
    assert world.of(m.ReserveLeads) == []
    world.post(m.AgentLoggedIn(agent_id="ann", skill_groups=("sales",), address="sip:ann"))
    world.run(1.0)
    assert world.of(m.ReserveLeads) == [m.ReserveLeads(campaign_id=1, count=50)]
    assert world.view().hopper == 50


def test_stopping_gives_all_leads_back_and_pausing_keeps_them() -> None:
    world = World(fate=silent)
    world.add_agents(1)
    world.start(task())
    held = world.view().hopper
    assert held > 0
    world.start(task(status=CampaignStatus.PAUSED))
    assert world.view().hopper == held
    world.start(task(status=CampaignStatus.STOPPED))
    assert world.view().hopper == 0
    (released,) = world.of(m.ReleaseLeads)
    assert len(released.lead_ids) == held


def test_leads_for_a_campaign_that_is_gone_go_back() -> None:
    world = World(fate=silent)
    assert world.post(RESERVED) == [m.ReleaseLeads(campaign_id=1, lead_ids=(901, 902))]
    world.start(task(status=CampaignStatus.PAUSED))
    assert world.post(RESERVED) == []
    assert world.view().hopper == 2


def test_blocked_numbers_leave_the_hopper_at_once_and_stay_out() -> None:
    world = World(fate=silent)
    world.start(task(status=CampaignStatus.PAUSED))
    world.post(RESERVED)
    assert world.post(m.NumbersBlocked(numbers=(lead(901).number,))) == [m.ReleaseLeads(campaign_id=1, lead_ids=(901,))]
    assert world.post(RESERVED) == [m.ReleaseLeads(campaign_id=1, lead_ids=(901,))]
    assert world.view().hopper == 1


def test_remembered_numbers_are_limited() -> None:
    world = World()
    many = tuple(f"+1{number}" for number in range(leads.BLOCKED_MAX + 10))
    world.post(m.NumbersBlocked(numbers=many))
    assert len(world.engine._state.blocked[1]) == leads.BLOCKED_MAX
    assert many[-1] in world.engine._state.blocked[1]


def test_leads_are_given_back_before_their_lease_ends() -> None:
    world = World(fate=silent, leads=20)
    world.add_agents(1)
    world.start(task())
    world.run(541.0)
    (released,) = world.of(m.ReleaseLeads)
    assert len(released.lead_ids) == 19


def test_an_empty_list_is_asked_no_more_than_a_few_times_a_minute() -> None:
    world = World(fate=silent, leads=0)
    world.add_agents(3)
    world.start(task())
    world.run(600.0)
    assert 40 <= len(world.of(m.ReserveLeads)) <= 45


def test_a_campaigns_own_list_empties_its_own_hopper() -> None:
    world = World(fate=silent, leads=0)
    world.start(task(1), task(2))
    for campaign_id in (1, 2):
        wanted = lead(10 + campaign_id, campaign_id, number="+12025550199")
        world.post(m.LeadsReserved(campaign_id=campaign_id, leads=(wanted,)))
    world.post(m.NumbersBlocked(numbers=("+12025550199",), campaign_id=1))
    assert [(one.campaign_id, one.lead_ids) for one in world.of(m.ReleaseLeads)] == [(1, (11,))]
    world.post(m.NumbersBlocked(numbers=("+12025550199",), campaign_id=2, tenant_id=9))
    world.post(m.NumbersBlocked(numbers=("+12025550199",), campaign_id=99))
    assert len(world.of(m.ReleaseLeads)) == 1
