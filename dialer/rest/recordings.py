"""Routes: find recordings by agent, number, campaign and time, and hear them."""

import logging
from pathlib import Path
from typing import Annotated

import msgspec
from fastapi import APIRouter, Query, Request, Response
from fastapi import Path as PathParameter
from pydantic import Field
from starlette.concurrency import run_in_threadpool
from starlette.responses import FileResponse

from campaigns.ports import Page
from campaigns.recordings import Recording, RecordingFilter
from campaigns.store.listing import ID_MAX, cut, read_id_cursor
from dialer.access.tenancy import inside, outside
from dialer.rest.access import CallerOf
from dialer.rest.answers import answer, answers
from dialer.rest.pages import Paging, page_answer
from dialer.rest.problems import ProblemError
from dialer.rest.service import ServiceOf

log = logging.getLogger(__name__)

router = APIRouter(prefix="/recordings", tags=["recordings"])

RecordingId = Annotated[int, PathParameter(ge=1, le=2**63 - 1)]


class RecordingView(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of a recording, without its place on this machine."""

    recording_id: int
    call_id: str
    campaign_id: int
    agent_id: str
    number: str
    started_at: float
    duration_s: float


RecordingPage = Page[RecordingView]


class Search(Paging):
    """Which recordings."""

    agent_id: str | None = Field(None, max_length=64)
    number: str | None = Field(None, max_length=20, description="The called number, such as +12025550123.")
    campaign_id: int | None = Field(None, ge=1, le=2**63 - 1)
    call_id: str | None = Field(None, max_length=30, description="For example 4711-2.")
    since: float | None = Field(None, allow_inf_nan=False, description="Unix seconds; begun at or after.")
    until: float | None = Field(None, allow_inf_nan=False, description="Unix seconds; begun before.")


@router.get("", responses=answers(RecordingPage, "A page of recordings"))
async def search_recordings(
    request: Request, service: ServiceOf, caller: CallerOf, search: Annotated[Search, Query()]
) -> Response:
    """Find recordings, newest first; hear one at `/recordings/{recording_id}/audio`."""
    wanted = search.model_dump(exclude={"cursor"}) | {"limit": search.limit + 1}
    wanted["before_id"] = read_id_cursor(search.cursor, ID_MAX)
    if search.agent_id is not None:
        wanted["agent_id"] = inside(caller.tenant_id, search.agent_id)
    found = await run_in_threadpool(service.recordings.search, RecordingFilter(**wanted, tenant_id=caller.tenant_id))
    page = cut([(one.recording_id, _shown(one)) for one in found], search.limit, str)
    return page_answer(request, page)


@router.get("/{recording_id}", responses=answers(RecordingView, "The recording"))
async def read_recording(service: ServiceOf, caller: CallerOf, recording_id: RecordingId) -> Response:
    """What is known of one recording."""
    return answer(_shown(await run_in_threadpool(service.recordings.get, caller.tenant_id, recording_id)))


@router.get(
    "/{recording_id}/audio",
    response_class=FileResponse,
    responses={200: {"content": {"audio/wav": {}}, "description": "Stereo: the agent left, the customer right"}},
)
async def hear_recording(service: ServiceOf, caller: CallerOf, recording_id: RecordingId) -> Response:
    """The WAV file, mu-law at 8 kHz. Who has heard what is logged."""
    recording = await run_in_threadpool(service.recordings.get, caller.tenant_id, recording_id)
    path = Path(recording.path)
    if not await run_in_threadpool(path.is_file):
        raise ProblemError(410, "The file is gone", f"recording {recording_id} is in the index, its file is not there")
    log.info("recording %d was handed to %s", recording_id, caller.login)
    return FileResponse(path, media_type="audio/wav", filename=path.name)


def _shown(recording: Recording) -> RecordingView:
    """The agent's id as their tenant knows it."""
    return RecordingView(
        recording_id=recording.recording_id,
        call_id=recording.call_id,
        campaign_id=recording.campaign_id,
        agent_id=outside(recording.agent_id)[1],
        number=recording.number,
        started_at=recording.started_at,
        duration_s=recording.duration_s,
    )
