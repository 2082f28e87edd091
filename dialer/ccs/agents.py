"""An agent's states, and the only place that changes them; docs/concepts/agent-states.md is drawn from the table.

Theory of operation
-------------------
An agent is in exactly one `AgentState`. Things that happen to an agent are `AgentTrigger`s; the table `TRANSITIONS`
says which state each one leads to, and a trigger that is not in the table for the present state is a bug of the caller.
`advance` is the one function that writes `Agent.state`; it also adds the time spent in the state that is left, so that
no second can be lost or counted twice.

A pause asked for during a call is not a state: it is the wish `Agent.wants_pause`, looked at when the call and its
after-call work are over.
"""

import math
from enum import StrEnum

from campaigns.model import Lead
from dialer.model import AgentState, ScreenPop
from pacing.model import Promise


class AgentTrigger(StrEnum):
    """What can happen to an agent."""

    LOG_IN = "log in"
    LEG_OPENED = "leg opened"
    READY = "ready"
    PAUSE = "pause"
    PREVIEW = "preview"
    """Looks at a lead before it is dialed."""
    RESERVE = "reserve"
    """Chosen for an answered call."""
    RELEASE = "release"
    """The call this agent was reserved for, or has dialed, has gone or could not be bridged; or the lead is skipped."""
    BRIDGE = "bridge"
    """Audio flows."""
    CALL_OVER = "call over"
    CALL_AGAIN = "call again"
    """Their phone has hung up after it handed a call on: it is called once more."""
    LEAVE = "leave"
    """Logged out, or the agent's leg went down."""


S, T = AgentState, AgentTrigger

TRANSITIONS: dict[tuple[AgentState, AgentTrigger], AgentState] = {
    (S.OFFLINE, T.LOG_IN): S.CONNECTING,
    (S.CONNECTING, T.LEG_OPENED): S.PAUSED,
    (S.CONNECTING, T.LEAVE): S.OFFLINE,
    (S.PAUSED, T.READY): S.IDLE,
    (S.PAUSED, T.CALL_AGAIN): S.CONNECTING,
    (S.PAUSED, T.LEAVE): S.OFFLINE,
    (S.IDLE, T.PAUSE): S.PAUSED,
    (S.IDLE, T.RESERVE): S.RESERVED,
    (S.IDLE, T.PREVIEW): S.PREVIEWING,
    (S.IDLE, T.LEAVE): S.OFFLINE,
    (S.PREVIEWING, T.RESERVE): S.RESERVED,
    (S.PREVIEWING, T.RELEASE): S.IDLE,
    (S.PREVIEWING, T.LEAVE): S.OFFLINE,
    (S.RESERVED, T.RELEASE): S.IDLE,
    (S.RESERVED, T.BRIDGE): S.TALKING,
    (S.RESERVED, T.LEAVE): S.OFFLINE,
    (S.TALKING, T.CALL_OVER): S.ACW,
    (S.TALKING, T.LEAVE): S.OFFLINE,
    (S.ACW, T.READY): S.IDLE,
    (S.ACW, T.PAUSE): S.PAUSED,
    (S.ACW, T.LEAVE): S.OFFLINE,
}


class Preview:
    """A lead that an agent looks at, and may dial."""

    __slots__ = ("campaign_id", "lead", "leased_until", "request_id", "until")

    def __init__(self, campaign_id: int, lead: Lead, leased_until: float, until: float) -> None:
        self.campaign_id = campaign_id
        self.lead = lead
        self.leased_until = leased_until
        """Until then nobody else is given the lead, and it may be dialed."""
        self.until = until
        """When it is skipped, or dialed, if the agent does neither."""
        self.request_id = 0
        """The request to dial it, until it is answered."""


class Agent:
    """One agent who is logged in."""

    __slots__ = (
        "acw_s_max",
        "address",
        "agent_id",
        "attempt_id",
        "attempt_id_before",
        "campaign_id",
        "handed_on_at",
        "is_returning",
        "leg_id",
        "pause_reason",
        "pause_said_at",
        "preview",
        "promise",
        "refused_at",
        "screen",
        "screen_before",
        "seconds",
        "since",
        "skill_groups",
        "state",
        "wants_calls",
        "wants_pause",
    )

    def __init__(self, agent_id: str, skill_groups: tuple[str, ...], address: str, leg_id: str, now: float) -> None:
        self.agent_id = agent_id
        self.skill_groups = skill_groups
        self.address = address
        self.leg_id = leg_id
        self.state = AgentState.OFFLINE
        self.since = now
        self.seconds: dict[AgentState, float] = dict.fromkeys(AgentState, 0.0)
        self.wants_pause = False
        self.pause_reason = ""
        self.pause_said_at = 0.0
        """When the pause that the agent wants was asked for."""
        self.promise: Promise | None = None
        """What the agent has said about when they will be free, while they are busy."""
        self.attempt_id = ""
        """The attempt on the line or in after-call work, or dialed from a preview; empty otherwise."""
        self.attempt_id_before = ""
        """The attempt before that: its disposition may still come in late."""
        self.campaign_id = 0
        self.preview: Preview | None = None
        """The lead in hand while the agent is previewing."""
        self.screen: ScreenPop | None = None
        self.screen_before: ScreenPop | None = None
        """What was shown of the attempt before."""
        self.acw_s_max = 0.0
        self.handed_on_at = -math.inf
        """When their phone last heard that a transfer of its own had succeeded."""
        self.refused_at = -math.inf
        """When their phone last heard that a transfer of its own had failed."""
        self.is_returning = False
        """Whether their phone has hung up on their conversation for that, and is called again."""
        self.wants_calls = False
        """Whether they are ready as soon as their leg is up again."""


def advance(agent: Agent, trigger: AgentTrigger, now: float) -> AgentState:
    """Move an agent along the table and account for the time in the state left; returns the state left."""
    before = agent.state
    after = TRANSITIONS.get((before, trigger))
    assert after is not None, f"agent {agent.agent_id} is {before}: {trigger!r} is not possible"
    agent.seconds[before] += now - agent.since
    agent.state = after
    agent.since = now
    return before
