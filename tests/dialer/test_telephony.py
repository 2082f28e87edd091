from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from dialer.config import Settings
from dialer.live.starting import StartError
from dialer.telephony import sip_gateway

pytestmark = pytest.mark.anyio

TRUNK = {"name": "carrier", "address": "192.0.2.1:5060", "caller_id": "+12025550199"}


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


def settings(**changes: Any) -> Settings:
    return Settings.model_validate({"trunks": [TRUNK], **changes})


async def test_a_prompt_folder_that_does_not_exist_is_said_so() -> None:
    with pytest.raises(StartError, match=r"\[sip\] prompts: there is no prompt folder"):
        sip_gateway(settings(sip={"prompts": "/nowhere"}), lambda event: None)


async def test_the_sip_gateway_knows_the_trunks_and_their_passwords() -> None:
    trunk = {**TRUNK, "address": "[::1]:5061", "username": "u", "password": "hush", "domain": "example.com"}
    gateway = sip_gateway(settings(trunks=[trunk], sip={"port": 0}), lambda event: None)
    known = gateway._trunks["carrier"]  # type: ignore[attr-defined]
    assert (known.host, known.port, known.username, known.password) == ("::1", 5061, "u", "hush")
    assert known.domain == "example.com"
    await gateway.start()
    assert gateway.address[0] == "127.0.0.1"
    await gateway.close()


async def test_media_workers_carry_the_audio_where_they_are_set() -> None:
    gateway = sip_gateway(settings(sip={"port": 0, "media_workers": 1}), lambda event: None)
    await gateway.start()
    assert gateway.counters()["media_workers"] == 1
    await gateway.close()
    with pytest.raises(ValidationError, match="with media = rtpengine leave it 0"):
        settings(sip={**DAEMON, "rtpengine_prompts": "prompts", "media_workers": 1})


@pytest.mark.parametrize("platform", ["darwin", "win32"])
async def test_media_workers_on_another_system_than_linux_are_refused_in_one_line(platform: str) -> None:
    with pytest.raises(StartError) as refused:
        sip_gateway(settings(sip={"port": 0, "media_workers": 2}), lambda event: None, platform)
    assert str(refused.value) == (
        f"[sip] media_workers = 2 needs Linux, this is {platform}: set media_workers = 0, and the dialer relays the"
        " audio itself"
    )
    sip_gateway(settings(sip={"port": 0}), lambda event: None, platform)


DAEMON = {"media": "rtpengine", "recordings": "", "port": 0}


async def test_with_rtpengine_the_daemon_carries_the_audio(tmp_path: Path) -> None:
    sip = {**DAEMON, "rtpengine_prompts": str(tmp_path), "rtpengine": "127.0.0.1:9"}
    gateway = sip_gateway(settings(sip=sip), lambda event: None)
    assert (tmp_path / "safe-harbour.wav").is_file()
    assert (tmp_path / "hold-music.wav").is_file()
    await gateway.start()
    assert gateway.counters()["rtpengine_down"] == 1
    await gateway.close()


async def test_what_rtpengine_cannot_do_is_said_at_the_start(tmp_path: Path) -> None:
    sip = {**DAEMON, "rtpengine_prompts": str(tmp_path)}
    with pytest.raises(StartError, match="amd needs the audio in the dialer"):
        sip_gateway(settings(sip=sip, engine={"amd": True}), lambda event: None)
    (tmp_path / "file").write_text("no folder")
    with pytest.raises(StartError, match="rtpengine_prompts"):
        sip_gateway(settings(sip={**sip, "rtpengine_prompts": str(tmp_path / "file")}), lambda event: None)
    for change, why in (
        ({"recordings": "there"}, "records nothing"),
        ({"rtpengine_prompts": ""}, "needs rtpengine_prompts"),
        ({"rtpengine": "nowhere"}, "is not host:port"),
    ):
        with pytest.raises(ValidationError, match=why):
            settings(sip={**sip, **change})
