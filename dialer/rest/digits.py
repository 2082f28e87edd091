"""The route by which agents and supervisors press keys in a conversation: extensions, a company's menu."""

from typing import Annotated

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from dialer.access.tenancy import inside
from dialer.messages import DigitsAsked
from dialer.rest.access import CallerOf
from dialer.rest.agents import AgentAnswer, AgentId, request_desk
from dialer.rest.answers import answers
from dialer.rest.audit import note
from dialer.rest.service import ServiceOf

router = APIRouter(prefix="/agents", tags=["agents"])

DIGITS_MAX = 32


class Digits(BaseModel):
    """Keys to press."""

    model_config = ConfigDict(extra="forbid")
    digits: Annotated[
        str,
        Field(
            pattern=rf"^[0-9*#A-D]{{1,{DIGITS_MAX}}}$",
            description=f"1 to {DIGITS_MAX} keys, 0 to 9, *, #, A to D, pressed one after the other.",
        ),
    ]


@router.post("/{agent_id}/digits", responses=answers(AgentAnswer, "As before; the keys are on their way"))
async def send_digits(
    request: Request, service: ServiceOf, caller: CallerOf, agent_id: AgentId, wanted: Digits
) -> Response:
    """Press keys to whoever is on the line, a quarter of a second each, in which they hear nothing else."""
    # How many, not which: they may be the number of a card or an account.
    note(request, {"digits": len(wanted.digits)})
    name = inside(caller.tenant_id, agent_id)
    return await request_desk(
        service, name, lambda request_id: DigitsAsked(agent_id=name, digits=wanted.digits, request_id=request_id)
    )
