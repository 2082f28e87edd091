"""Several tenants in one engine, which knows of none: names are made distinct at its edge, and plain again behind it.

The engine matches agents and campaigns by names alone. An agent's id and a skill group of tenant 2 are "2~ann" and
"2~sales" inside; those of the first tenant are as they are, so that an installation of one company never sees this.
"""

import re

from msgspec.structs import replace

from campaigns.model import CampaignTask
from dialer.access.model import DEFAULT_TENANT_ID
from dialer.model import AgentView, Statistics

MARK = "~"
"""No agent's id has it; a skill group may, and is then marked in the first tenant too: none passes for another's."""


def inside(tenant_id: int, name: str) -> str:
    """A tenant's name as the engine has it."""
    if tenant_id == DEFAULT_TENANT_ID and MARK not in name:
        return name
    return f"{tenant_id}{MARK}{name}"


def outside(name: str) -> tuple[int, str]:
    """The tenant and its own name, from the engine's."""
    tenant, mark, own = name.partition(MARK)
    return (int(tenant), own) if mark else (DEFAULT_TENANT_ID, name)


def told_outside(tenant_id: int, text: str) -> str:
    """What the engine says of a tenant's names, with the names as their tenant knows them."""
    return re.sub(rf"\b{tenant_id}{MARK}", "", text)


def task_inside(task: CampaignTask) -> CampaignTask:
    """A campaign's task as the engine has it."""
    campaign = task.campaign
    skill_group = inside(campaign.tenant_id, campaign.skill_group)
    if skill_group == campaign.skill_group:
        return task
    return replace(task, campaign=replace(campaign, skill_group=skill_group))


def agent_outside(agent: AgentView) -> AgentView:
    """An agent as their tenant sees them."""
    groups = tuple(outside(name)[1] for name in agent.skill_groups)
    return replace(agent, agent_id=outside(agent.agent_id)[1], skill_groups=groups)


def statistics_of(statistics: Statistics, tenant_id: int) -> Statistics:
    """What a tenant sees of the engine; the first one, where it is alone, all of it."""
    owners = {outside(agent.agent_id)[0] for agent in statistics.agents}
    owners |= {campaign.tenant_id for campaign in statistics.campaigns}
    if owners <= {tenant_id} and tenant_id == DEFAULT_TENANT_ID:
        return statistics
    agents = tuple(agent_outside(one) for one in statistics.agents if outside(one.agent_id)[0] == tenant_id)
    return replace(
        statistics,
        agents=agents,
        agents_by_state={state: sum(agent.state == state for agent in agents) for state in statistics.agents_by_state},
        campaigns=tuple(one for one in statistics.campaigns if one.tenant_id == tenant_id),
        # These are the whole engine's, and would tell of the others.
        occupancy=None,
        events=0,
        counters={},
    )
