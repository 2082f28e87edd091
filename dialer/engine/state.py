"""What the engine knows, and the few things every handler does with it: send, set a timer, answer, show, touch."""

from collections import defaultdict, deque

from campaigns.model import Campaign
from dialer.ccs.agents import Agent
from dialer.ccs.guests import Guest
from dialer.ccs.queue import CallQueue
from dialer.ccs.roster import Roster
from dialer.ivr.menu import MenuWalk
from dialer.messages import AnswerRequest, Command, SetTimer, ShowAgent
from dialer.model import AgentState, EngineSettings
from dialer.oam.counters import Counters
from dialer.pds.calls import Call
from dialer.pds.history import NumberHistory
from dialer.pds.tasks import CampaignWork, Tasks
from dialer.routing.caller_ids import CallerIds
from dialer.routing.router import Router

SAME_FOR_PACING = (AgentState.CONNECTING, AgentState.PREVIEWING, AgentState.RESERVED, AgentState.TALKING)
"""States into which an agent moves without pacing being asked: not at work yet, or fewer calls are wanted if any."""


class EngineState:
    """The whole state of one engine; handlers change it and append to `commands`."""

    __slots__ = (
        "awaited",
        "blocked",
        "caller_ids",
        "calls",
        "commands",
        "counters",
        "dispositions",
        "events",
        "guests",
        "history",
        "is_shutting_down",
        "is_tick",
        "is_ticking",
        "leg_trunks",
        "now",
        "parties",
        "parties_opened",
        "polls_asked_at",
        "previewed",
        "queue",
        "roster",
        "router",
        "served",
        "settings",
        "started_at",
        "tasks",
        "touched",
        "walks",
    )

    def __init__(self, settings: EngineSettings) -> None:
        self.settings = settings
        self.now: float | None = None
        """The latest time seen; it never goes back."""
        self.started_at = 0.0
        self.events = 0
        self.roster = Roster()
        self.queue = CallQueue()
        self.tasks = Tasks(settings)
        self.calls: dict[str, Call] = {}
        self.walks: dict[str, MenuWalk] = {}
        """Ways through menus, of calls in state MENU."""
        self.history = NumberHistory()
        self.router = Router(settings.trunks, settings.allowed_prefixes, settings.barred_prefixes)
        self.caller_ids = CallerIds()
        self.leg_trunks: dict[str, str] = {}
        """Trunks that carry agents' legs, by leg: a channel each, until the leg is closed."""
        self.guests: dict[str, Guest] = {}
        """Supervisors and third parties at agents' conversations, by id."""
        self.parties: dict[str, str] = {}
        """The call of each leg to whom a call is, or was to be, handed on, until that leg is closed."""
        self.parties_opened = 0
        self.counters = Counters()
        self.commands: list[Command] = []
        self.touched: dict[str, None] = {}
        """Skill groups for which pacing may place more calls after this event than before it; a dict, for its order."""
        self.is_shutting_down = False
        self.is_tick = False
        """Whether this event is the tick: time alone may have changed what pacing would answer."""
        self.is_ticking = False
        self.served = 0
        self.polls_asked_at: deque[float] = deque(maxlen=100)
        self.blocked: defaultdict[int, dict[str, None]] = defaultdict(dict)
        """Numbers blocked of late, by tenant; the store knows all of them."""
        self.awaited: dict[str, str] = {}
        """The call on its way to each agent who has a callback of their own: the last one, which may have ended."""
        self.previewed: dict[str, str] = {}
        """Calls that an agent has dialed from a preview and waits for, and who."""
        self.dispositions: dict[tuple[str, int], None] = {}
        """Dispositions being written whose requests wait for an answer."""

    def set_timer(self, key: str, at: float) -> None:
        """Ask for `TimerFired(key)`."""
        self.commands.append(SetTimer(key=key, at=at))

    def answer(self, request_id: int, error: str = "", field: str = "") -> None:
        """Answer a desk event, if it carried a request id."""
        if request_id:
            self.commands.append(AnswerRequest(request_id=request_id, error=error, field=field))

    def show(self, agent: Agent) -> None:
        """Tell an agent's desk where the agent stands."""
        self.commands.append(
            ShowAgent(agent_id=agent.agent_id, state=agent.state, since=agent.since, call=agent.screen)
        )
        if agent.state not in SAME_FOR_PACING:
            for name in agent.skill_groups:
                self.touched[name] = None

    def touch(self, work: CampaignWork) -> None:
        """Note that a campaign's calls may have raised what pacing would place."""
        self.touched[work.campaign.skill_group] = None

    def known_campaign(self, campaign_id: int) -> Campaign | None:
        """The settings of a campaign, or None of one that was forgotten meanwhile."""
        work = self.tasks.works.get(campaign_id)
        return None if work is None else work.campaign

    def work_of(self, call: Call) -> CampaignWork:
        """The campaign of an open call; it is kept as long as it has open calls."""
        return self.tasks.works[call.campaign_id]

    def campaign_of(self, call: Call) -> Campaign:
        """The settings of an open call's campaign."""
        return self.tasks.works[call.campaign_id].campaign
