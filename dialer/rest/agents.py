"""Routes of the agents' desk: log in, go ready, pause, hang up, say what came of a call, log out."""

from collections.abc import Callable
from typing import Annotated

import msgspec
from fastapi import APIRouter, Body, Path, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field
from starlette.concurrency import run_in_threadpool

from campaigns.dispositions import Callback
from campaigns.dispositions import Disposition as CampaignDisposition
from campaigns.ports import Page
from campaigns.skips import NOTE_LENGTH_MAX, SkipReason
from dialer.access.tenancy import agent_outside, inside, outside, told_outside
from dialer.messages import (
    AgentHinted,
    AgentHungUp,
    AgentLoggedIn,
    AgentLoggedOut,
    AgentPaused,
    AgentWentReady,
    DispositionSet,
    Event,
    PreviewAsked,
    PreviewDialed,
    PreviewSkipped,
    RecordingAsked,
    TransferAsked,
    TransferGivenUp,
)
from dialer.model import AgentState, AgentView, RecordingAction, ScreenPop
from dialer.rest.access import CallerOf
from dialer.rest.answers import answer, answers
from dialer.rest.pages import Paging, page_answer, page_of
from dialer.rest.problems import ProblemError
from dialer.rest.service import Service, ServiceOf

router = APIRouter(prefix="/agents", tags=["agents"])

CALLBACK_S = 3600.0
"""The window of a callback that states no end."""

AgentId = Annotated[str, Path(pattern=r"^[\w.@+-]{1,64}$", description="Letters, digits, `.`, `_`, `-`, `@`, `+`.")]
Name = Annotated[str, Field(min_length=1, max_length=200)]


class Login(BaseModel):
    """Which calls the agent takes, and where."""

    model_config = ConfigDict(extra="forbid")
    skill_groups: Annotated[list[Name], Field(min_length=1, max_length=100)]
    address: Name = Field(
        description="The agent's phone: the user name of one that registers, a SIP address such as "
        "sip:ann@192.0.2.10:5060, or an outside number such as +12025550123, which is called and kept open."
    )


class Pause(BaseModel):
    """Why the agent takes a break."""

    model_config = ConfigDict(extra="forbid")
    reason: Annotated[str, Field(max_length=200)] = ""


class Hint(BaseModel):
    """When the agent will be free."""

    model_config = ConfigDict(extra="forbid")
    free_in_s: Annotated[float | None, Field(ge=0.0, le=3600.0)] = Field(
        default=None, description="In how many seconds; left out where it is only known to be soon."
    )


class CallbackTime(BaseModel):
    """When to call again."""

    model_config = ConfigDict(extra="forbid")
    starts_at: Annotated[float, Field(description="Unix seconds; not called before.")]
    ends_at: Annotated[
        float | None, Field(description="Until then only the agent named calls; an hour after the start if left out.")
    ] = None
    agent_id: Annotated[str, Field(max_length=64, description="Who is to call; anybody if left out.")] = ""


class Disposition(BaseModel):
    """What came of a call."""

    model_config = ConfigDict(extra="forbid")
    attempt_id: Annotated[str, Field(pattern=r"^\d+-\d+$", description="For example 4711-2.")]
    disposition: Annotated[Name, Field(description="A name of the campaign's `dispositions`.")]
    callback: CallbackTime | None = Field(default=None, description="With a disposition that means a callback.")


class Transfer(BaseModel):
    """To whom the call is handed on: one of the three."""

    model_config = ConfigDict(extra="forbid")
    number: Annotated[str, Field(max_length=32)] = Field(default="", description="An outside number, +12025550123.")
    agent_id: Annotated[str, Field(max_length=64)] = Field(default="", description="An agent who is idle.")
    skill_group: Annotated[str, Field(max_length=200)] = Field(default="", description="Its longest idle agent.")


class Why(BaseModel):
    """Why a lead is skipped: a reason, words of one's own, or both."""

    model_config = ConfigDict(extra="forbid")
    reason: Annotated[str, Field(max_length=200, description="A name of the campaign's `skip_reasons`.")] = ""
    note: Annotated[str, Field(max_length=NOTE_LENGTH_MAX, description="In the agent's own words.")] = ""


class RecordingWish(BaseModel):
    """What is to become of the recording."""

    model_config = ConfigDict(extra="forbid")
    action: RecordingAction


class AgentAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """One agent and whom they have on the line."""

    agent: AgentView
    call: ScreenPop | None
    script: str = ""
    """What the campaign of the call wants said."""
    dispositions: tuple[CampaignDisposition, ...] = ()
    """What may be said of the call afterwards."""
    skip_reasons: tuple[SkipReason, ...] = ()
    """Why the lead may be skipped, while the agent looks at one."""


AgentPage = Page[AgentAnswer]


class AgentListing(Paging):
    """Which agents."""

    state: AgentState | None = None
    skill_group: str | None = Field(None, max_length=200)

    def has(self, agent: AgentView) -> bool:
        """Whether an agent is one of them."""
        is_in_group = self.skill_group is None or self.skill_group in agent.skill_groups
        return is_in_group and self.state in {None, agent.state}


def _id_of(one: AgentAnswer) -> str:
    return one.agent.agent_id


@router.get("", responses=answers(AgentPage, "A page of those who are logged in"))
async def list_agents(
    request: Request, service: ServiceOf, caller: CallerOf, wanted: Annotated[AgentListing, Query()]
) -> Response:
    """Everyone who is logged in, by id: all, those in one state, those of one skill group."""
    own = [
        AgentAnswer(agent=agent_outside(one), call=service.desk.call_of(one.agent_id))
        for one in service.statistics().agents
        if outside(one.agent_id)[0] == caller.tenant_id
    ]
    some = sorted((one for one in own if wanted.has(one.agent)), key=_id_of)
    return page_answer(request, page_of(some, _id_of, wanted))


@router.get("/{agent_id}", responses=answers(AgentAnswer, "The agent"))
async def read_agent(service: ServiceOf, caller: CallerOf, agent_id: AgentId) -> Response:
    """One agent; `offline` when not logged in."""
    return await _agent(service, inside(caller.tenant_id, agent_id))


@router.post("/{agent_id}/login", responses=answers(AgentAnswer, "Connecting; paused once the phone has answered"))
async def log_in(service: ServiceOf, caller: CallerOf, agent_id: AgentId, login: Login) -> Response:
    """Log in: the agent's phone is called and stays connected; then go ready."""
    skill_groups = tuple(dict.fromkeys(inside(caller.tenant_id, name) for name in login.skill_groups))
    name = inside(caller.tenant_id, agent_id)
    return await request_desk(
        service,
        name,
        lambda request_id: AgentLoggedIn(
            agent_id=name, skill_groups=skill_groups, address=login.address, request_id=request_id
        ),
    )


@router.post("/{agent_id}/ready", responses=answers(AgentAnswer, "Idle"))
async def go_ready(service: ServiceOf, caller: CallerOf, agent_id: AgentId) -> Response:
    """Want calls; ends a break, and after-call work too."""
    name = inside(caller.tenant_id, agent_id)
    return await request_desk(service, name, lambda request_id: AgentWentReady(agent_id=name, request_id=request_id))


@router.post("/{agent_id}/pause", responses=answers(AgentAnswer, "Paused, or about to be after the call"))
async def pause(
    service: ServiceOf, caller: CallerOf, agent_id: AgentId, why: Annotated[Pause | None, Body()] = None
) -> Response:
    """Take a break; during a call it begins afterwards."""
    reason = "" if why is None else why.reason
    name = inside(caller.tenant_id, agent_id)
    return await request_desk(
        service, name, lambda request_id: AgentPaused(agent_id=name, reason=reason, request_id=request_id)
    )


@router.post("/{agent_id}/hint", responses=answers(AgentAnswer, "As before; pacing counts on it"))
async def hint(
    service: ServiceOf, caller: CallerOf, agent_id: AgentId, said: Annotated[Hint | None, Body()] = None
) -> Response:
    """Will soon be free: wrapping up, the disposition form opened, ACW of a known length; pacing counts on it."""
    free_in_s = None if said is None else said.free_in_s
    name = inside(caller.tenant_id, agent_id)
    return await request_desk(
        service, name, lambda request_id: AgentHinted(agent_id=name, free_in_s=free_in_s, request_id=request_id)
    )


@router.post("/{agent_id}/logout", responses=answers(AgentAnswer, "Offline"))
async def log_out(service: ServiceOf, caller: CallerOf, agent_id: AgentId) -> Response:
    """Leave; a conversation in progress is ended."""
    name = inside(caller.tenant_id, agent_id)
    return await request_desk(service, name, lambda request_id: AgentLoggedOut(agent_id=name, request_id=request_id))


@router.post("/{agent_id}/hang-up", responses=answers(AgentAnswer, "In after-call work"))
async def hang_up(service: ServiceOf, caller: CallerOf, agent_id: AgentId) -> Response:
    """End the call on the line."""
    name = inside(caller.tenant_id, agent_id)
    return await request_desk(service, name, lambda request_id: AgentHungUp(agent_id=name, request_id=request_id))


@router.post("/{agent_id}/transfer", responses=answers(AgentAnswer, "In after-call work, or calling the number"))
async def hand_on(service: ServiceOf, caller: CallerOf, agent_id: AgentId, to: Transfer) -> Response:
    """Hand the call on: to an idle agent at once; to a number once it answers, `call.transfer` says how it stands."""
    name, tenant_id = inside(caller.tenant_id, agent_id), caller.tenant_id
    return await request_desk(
        service,
        name,
        lambda request_id: TransferAsked(
            agent_id=name,
            number=to.number,
            to_agent=inside(tenant_id, to.agent_id) if to.agent_id else "",
            skill_group=inside(tenant_id, to.skill_group) if to.skill_group else "",
            request_id=request_id,
        ),
    )


@router.delete("/{agent_id}/transfer", responses=answers(AgentAnswer, "With the customer, as before"))
async def give_up_transfer(service: ServiceOf, caller: CallerOf, agent_id: AgentId) -> Response:
    """Give up the transfer that rings at an outside number."""
    name = inside(caller.tenant_id, agent_id)
    return await request_desk(service, name, lambda request_id: TransferGivenUp(agent_id=name, request_id=request_id))


@router.post("/{agent_id}/preview", responses=answers(AgentAnswer, "Previewing: `call` shows the lead"))
async def ask_preview(service: ServiceOf, caller: CallerOf, agent_id: AgentId) -> Response:
    """Look at the next lead of a campaign with the pacing policy `preview`; nobody else is given it meanwhile."""
    name = inside(caller.tenant_id, agent_id)
    return await request_desk(service, name, lambda request_id: PreviewAsked(agent_id=name, request_id=request_id))


@router.post("/{agent_id}/preview/dial", responses=answers(AgentAnswer, "The lead is being called"))
async def dial_preview(service: ServiceOf, caller: CallerOf, agent_id: AgentId) -> Response:
    """Call the lead in hand; who answers is this agent's. Where it may not be called: why, and the agent is idle."""
    name = inside(caller.tenant_id, agent_id)
    return await request_desk(service, name, lambda request_id: PreviewDialed(agent_id=name, request_id=request_id))


@router.post("/{agent_id}/preview/skip", responses=answers(AgentAnswer, "Idle"))
async def skip_preview(
    service: ServiceOf, caller: CallerOf, agent_id: AgentId, why: Annotated[Why | None, Body()] = None
) -> Response:
    """Do not call the lead in hand, and say why; it comes up again when its lease is over, `lease_s` at the latest.

    The agent's `skip_reasons` are the reasons there are; `GET /skips` and the report `skips` have what was said.
    """
    name, said = inside(caller.tenant_id, agent_id), why or Why()
    seen = service.desk.call_of(name)
    return await request_desk(
        service,
        name,
        lambda request_id: PreviewSkipped(
            agent_id=name,
            reason=said.reason,
            note=said.note,
            number="" if seen is None else seen.number,
            request_id=request_id,
        ),
    )


@router.post("/{agent_id}/disposition", responses=answers(AgentAnswer, "Written; after-call work is over"))
async def set_disposition(service: ServiceOf, caller: CallerOf, agent_id: AgentId, said: Disposition) -> Response:
    """Say what came of a call; answered once it is written, and ends after-call work."""
    name = inside(caller.tenant_id, agent_id)
    callback = None if said.callback is None else _callback(said.callback, caller.tenant_id)
    return await request_desk(
        service,
        name,
        lambda request_id: DispositionSet(
            agent_id=name,
            attempt_id=said.attempt_id,
            disposition=said.disposition,
            callback=callback,
            request_id=request_id,
        ),
    )


def _callback(time: CallbackTime, tenant_id: int) -> Callback:
    return Callback(
        starts_at=time.starts_at,
        ends_at=time.starts_at + CALLBACK_S if time.ends_at is None else time.ends_at,
        agent_id=inside(tenant_id, time.agent_id) if time.agent_id else "",
    )


@router.post("/{agent_id}/recording", responses=answers(AgentAnswer, "As before; the recording follows"))
async def control_recording(service: ServiceOf, caller: CallerOf, agent_id: AgentId, wanted: RecordingWish) -> Response:
    """Start, pause, resume or stop the recording of the call on the line; paused, silence is written."""
    name = inside(caller.tenant_id, agent_id)
    return await request_desk(
        service, name, lambda request_id: RecordingAsked(agent_id=name, action=wanted.action, request_id=request_id)
    )


async def request_desk(service: Service, agent_id: str, make_event: Callable[[int], Event]) -> Response:
    """Ask the engine something for an agent; answers with the agent, or says why not."""
    try:
        answered = await service.desk.request(make_event, service.request_timeout_s)
    except TimeoutError:
        raise ProblemError(
            504,
            "No answer in time",
            f"the request was not confirmed within {service.request_timeout_s:g} s and may still take effect; "
            "/api/v1/health says which part is in trouble",
        ) from None
    if answered.field:
        raise ProblemError(422, "The request is not right", answered.error, field=answered.field)
    if answered.error:
        raise ProblemError(409, "The agent cannot do that now", told_outside(outside(agent_id)[0], answered.error))
    return await _agent(service, agent_id)


async def _agent(service: Service, agent_id: str) -> Response:
    statistics = service.statistics()
    offline = AgentView(agent_id=agent_id, skill_groups=(), state=AgentState.OFFLINE, since=statistics.now)
    agent = next((one for one in statistics.agents if one.agent_id == agent_id), offline)
    call = service.desk.call_of(agent_id)
    if call is None:
        return answer(AgentAnswer(agent=agent_outside(agent), call=None))
    campaign = await run_in_threadpool(service.store.campaign, call.campaign_id)
    return answer(
        AgentAnswer(
            agent=agent_outside(agent),
            call=call,
            script=campaign.script,
            dispositions=campaign.dispositions,
            skip_reasons=campaign.skip_reasons if agent.state is AgentState.PREVIEWING else (),
        )
    )
