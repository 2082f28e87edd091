from typing import Any

import pytest

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
