from hypothesis import given
from hypothesis import strategies as st

from campaigns.model import Campaign, CampaignTask
from dialer.access.tenancy import agent_outside, inside, outside, statistics_of, task_inside, told_outside
from dialer.model import AgentState, AgentView, Statistics
from tests.dialer.access.views import campaign_view

NAMES = st.text(max_size=20)
TENANTS = st.integers(1, 2**40)


@given(TENANTS, NAMES)
def test_a_name_comes_out_as_it_went_in(tenant_id: int, name: str) -> None:
    assert outside(inside(tenant_id, name)) == (tenant_id, name)


@given(TENANTS, NAMES, TENANTS, NAMES)
def test_no_name_passes_for_another_tenants(tenant: int, name: str, other: int, others_name: str) -> None:
    if (tenant, name) != (other, others_name):
        assert inside(tenant, name) != inside(other, others_name)


def test_the_first_tenants_names_stay_as_they_are() -> None:
    assert inside(1, "ann") == "ann"
    task = CampaignTask(campaign=Campaign(campaign_id=1, name="spring", skill_group="sales"))
    assert task_inside(task) is task


def test_a_campaign_asks_for_its_own_tenants_agents() -> None:
    task = CampaignTask(campaign=Campaign(campaign_id=1, name="spring", skill_group="sales", tenant_id=2))
    assert task_inside(task).campaign.skill_group == "2~sales"


def agent(agent_id: str) -> AgentView:
    return AgentView(agent_id=agent_id, skill_groups=("2~sales",), state=AgentState.IDLE, since=0.0)


def statistics(*agents: str, tenants: tuple[int, ...] = ()) -> Statistics:
    return Statistics(
        now=1.0,
        started_at=0.0,
        agents=tuple(agent(one) for one in agents),
        agents_by_state={"idle": len(agents), "talking": 0},
        occupancy=0.5,
        campaigns=tuple(campaign_view(index, tenant_id) for index, tenant_id in enumerate(tenants)),
        events=7,
        counters={"calls_placed": 3},
    )


def test_an_agent_is_shown_by_their_own_name() -> None:
    shown = agent_outside(agent("2~bob"))
    assert (shown.agent_id, shown.skill_groups) == ("bob", ("sales",))


def test_a_tenant_alone_sees_everything() -> None:
    alone = statistics("ann", tenants=(1,))
    assert statistics_of(alone, 1) is alone


def test_each_of_several_tenants_sees_their_own_and_no_totals() -> None:
    both = statistics("ann", "2~bob", "2~carl", tenants=(1, 2))
    seen = statistics_of(both, 2)
    assert [one.agent_id for one in seen.agents] == ["bob", "carl"]
    assert [one.campaign_id for one in seen.campaigns] == [1]
    assert seen.agents_by_state == {"idle": 2, "talking": 0}
    assert (seen.occupancy, seen.events, seen.counters) == (None, 0, {})
    assert [one.agent_id for one in statistics_of(both, 1).agents] == ["ann"]


def test_what_a_tenant_is_told_has_its_own_names() -> None:
    assert told_outside(2, "agent '2~bob' is in no group '2~sales'; 12~x stays") == (
        "agent 'bob' is in no group 'sales'; 12~x stays"
    )
