from pathlib import Path

import pytest

from campaigns.recordings import Recording
from dialer import messages as m
from dialer.access.model import Role
from dialer.model import RecordingAction
from tests.dialer.rest.conftest import Bench, token_of

pytestmark = pytest.mark.anyio


async def recorded(bench: Bench, folder: Path) -> Recording:
    call_id = await bench.talk()
    path = folder / "a.wav"
    path.write_bytes(b"RIFF and so on")
    recording = Recording(call_id=call_id, agent_id="ann", started_at=100.0, duration_s=5.0, path=str(path))
    return bench.live.recordings.index.add(recording)


async def test_a_recording_is_found_and_heard(bench: Bench, tmp_path: Path) -> None:
    recording = await recorded(bench, tmp_path)
    named = {"agent_id": "ann", "number": "+12025550000"}
    (found,) = (await bench.call("GET", "/recordings", params=named))["items"]
    assert found == await bench.call("GET", f"/recordings/{recording.recording_id}")
    assert (found["agent_id"], found["number"], found["duration_s"]) == ("ann", "+12025550000", 5.0)
    assert "path" not in found
    heard = await bench.client.get(f"/recordings/{recording.recording_id}/audio")
    assert (heard.status_code, heard.headers["content-type"]) == (200, "audio/wav")
    assert heard.content == b"RIFF and so on"
    assert (await bench.call("GET", "/recordings", params={"agent_id": "bob"}))["items"] == []
    (tmp_path / "a.wav").unlink()
    gone = await bench.call("GET", f"/recordings/{recording.recording_id}/audio", 410)
    assert "its file is not there" in gone["detail"]
    await bench.call("GET", "/recordings/999", 404)


async def test_only_roles_that_may_hear_do(bench: Bench, tmp_path: Path) -> None:
    recording = await recorded(bench, tmp_path)
    path = f"/recordings/{recording.recording_id}/audio"
    supervisor = token_of(bench, Role.SUPERVISOR, "sue")
    assert (await bench.client.get(path, headers=supervisor)).status_code == 200
    for role, login in ((Role.AGENT, "ann"), (Role.ANALYST, "yan"), (Role.READ_ONLY, "wall")):
        assert (await bench.client.get(path, headers=token_of(bench, role, login))).status_code == 403
    other = bench.live.access.create_tenant("other", 1.0)
    foreign = token_of(bench, Role.ADMIN, "boss", other.tenant_id)
    assert (await bench.client.get(path, headers=foreign)).status_code == 404
    assert (await bench.client.get("/recordings", headers=foreign)).json()["items"] == []


async def test_an_agent_pauses_their_recording(bench: Bench) -> None:
    campaign_id = await bench.add_campaign()
    assert (await bench.call("GET", f"/campaigns/{campaign_id}"))["recording"] == "off"
    call_id = await bench.talk()
    refused = await bench.call("POST", "/agents/ann/recording", 409, json={"action": "pause"})
    assert "records nothing" in refused["detail"]
    talking = (await bench.call("GET", "/agents/ann"))["call"]["campaign_id"]
    await bench.call("PATCH", f"/campaigns/{talking}", json={"recording": "all"})
    await bench.call("POST", "/agents/ann/recording", json={"action": "pause"})
    control = m.ControlRecording(call_id=call_id, leg_id="ann#1", action=RecordingAction.PAUSE)
    assert control in bench.gateway.sent
    await bench.call("POST", "/agents/ann/recording", 422, json={"action": "erase"})
