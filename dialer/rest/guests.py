"""Routes of a conversation with more than two: hold, a third party, and supervisors who listen, whisper or barge in."""

from typing import Annotated

from fastapi import APIRouter, Response
from pydantic import BaseModel, ConfigDict, Field

from dialer.access.tenancy import inside
from dialer.messages import GuestDismissed, GuestInvited, HoldAsked
from dialer.model import MonitorMode
from dialer.rest.access import CallerOf
from dialer.rest.agents import AgentAnswer, AgentId, request_desk
from dialer.rest.answers import answers
from dialer.rest.service import ServiceOf

router = APIRouter(prefix="/agents", tags=["agents"])

Address = Annotated[str, Field(max_length=200)]
PHONE = "as an agent's at login: a registered phone's user, a SIP address, or a number"


class ThirdParty(BaseModel):
    """Whom to call in."""

    model_config = ConfigDict(extra="forbid")
    address: Annotated[Address, Field(min_length=1, description=f"Whom to call, {PHONE}.")]


class Monitor(BaseModel):
    """How a supervisor is at an agent's conversations."""

    model_config = ConfigDict(extra="forbid")
    mode: MonitorMode = Field(
        default=MonitorMode.LISTEN,
        description="`listen`: nobody hears the supervisor; `whisper`: the agent alone does; `barge`: both do.",
    )
    address: Address = Field(
        default="", description=f"The supervisor's phone, {PHONE}; not needed to change the mode or the agent."
    )


@router.post("/{agent_id}/hold", responses=answers(AgentAnswer, "As before; the customer hears music"))
async def hold(service: ServiceOf, caller: CallerOf, agent_id: AgentId) -> Response:
    """Let the customer wait with music; the recording goes on."""
    return await _hold(service, inside(caller.tenant_id, agent_id), is_held=True)


@router.post("/{agent_id}/resume", responses=answers(AgentAnswer, "As before; agent and customer talk"))
async def resume(service: ServiceOf, caller: CallerOf, agent_id: AgentId) -> Response:
    """Talk to the customer again."""
    return await _hold(service, inside(caller.tenant_id, agent_id), is_held=False)


async def _hold(service: ServiceOf, name: str, *, is_held: bool) -> Response:
    return await request_desk(
        service, name, lambda request_id: HoldAsked(agent_id=name, is_held=is_held, request_id=request_id)
    )


@router.post("/{agent_id}/third-party", responses=answers(AgentAnswer, "As before; the third party is being called"))
async def call_third_party(service: ServiceOf, caller: CallerOf, agent_id: AgentId, whom: ThirdParty) -> Response:
    """Call somebody into the conversation: all three hear each other until one leaves or the call ends."""
    name = inside(caller.tenant_id, agent_id)
    return await request_desk(
        service,
        name,
        lambda request_id: GuestInvited(
            guest_id=_third_party(name),
            agent_id=name,
            mode=MonitorMode.BARGE,
            address=whom.address,
            is_for_one_call=True,
            request_id=request_id,
        ),
    )


@router.delete("/{agent_id}/third-party", responses=answers(AgentAnswer, "As before; two are left"))
async def dismiss_third_party(service: ServiceOf, caller: CallerOf, agent_id: AgentId) -> Response:
    """Hang up on the third party."""
    name = inside(caller.tenant_id, agent_id)
    return await request_desk(
        service,
        name,
        lambda request_id: GuestDismissed(guest_id=_third_party(name), agent_id=name, request_id=request_id),
    )


@router.put("/{agent_id}/monitor", responses=answers(AgentAnswer, "The agent; the supervisor's phone rings"))
async def monitor(service: ServiceOf, caller: CallerOf, agent_id: AgentId, wanted: Monitor) -> Response:
    """Be at an agent's conversations, this one and the next, until you leave; the customer hears nothing of it.

    Asked again it changes the mode, or goes over to another agent on the same phone line.
    """
    name = inside(caller.tenant_id, agent_id)
    guest_id = inside(caller.tenant_id, f"{caller.login} (supervisor)")
    return await request_desk(
        service,
        name,
        lambda request_id: GuestInvited(
            guest_id=guest_id, agent_id=name, mode=wanted.mode, address=wanted.address, request_id=request_id
        ),
    )


@router.delete("/{agent_id}/monitor", responses=answers(AgentAnswer, "The agent; the supervisor has left"))
async def stop_monitoring(service: ServiceOf, caller: CallerOf, agent_id: AgentId) -> Response:
    """Leave an agent's conversations."""
    name = inside(caller.tenant_id, agent_id)
    guest_id = inside(caller.tenant_id, f"{caller.login} (supervisor)")
    return await request_desk(
        service, name, lambda request_id: GuestDismissed(guest_id=guest_id, agent_id=name, request_id=request_id)
    )


def _third_party(agent_name: str) -> str:
    return f"{agent_name} (third party)"
