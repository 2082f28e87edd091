"""Keys through the whole service: sipp answers, and where its SDP says, our own ear hears the telephone events."""

import contextlib
import socket
import time
from pathlib import Path
from typing import Any

import httpx
import pytest

from dialer.gateway.media.dtmf import Events
from dialer.gateway.media.rtp import parse_packet
from tests.acceptance.test_sipp_cdr import Case, create_campaign, log_in, trunk
from tests.interop.sipp_process import Sipp

WAIT_S_MAX = 120.0
KEYS = "204#"
EVENTS = 96


def talking(client: httpx.Client, number: int) -> str:
    """The agent who has the call of campaign `number`."""
    deadline = time.monotonic() + WAIT_S_MAX
    while time.monotonic() < deadline:
        for one in client.get("/agents").json()["items"]:
            if one["agent"]["state"] == "talking" and one["call"]["campaign_id"] == number:
                return str(one["agent"]["agent_id"])
    raise AssertionError("nobody talks")


def heard(ear: socket.socket, wanted: str) -> str:
    """The keys that came as telephone events, until all are there that are wanted."""
    events, keys = Events(), ""
    while keys != wanted:
        packet = parse_packet(ear.recv(2048))
        keys += events.hear(packet) if packet.payload_type == EVENTS else ""
        assert wanted.startswith(keys)
    return keys


@pytest.mark.sipp
@pytest.mark.slow
def test_keys_reach_a_far_end_that_takes_events_and_are_refused_for_one_that_does_not(
    floor: Any, tmp_path: Path
) -> None:
    with contextlib.ExitStack() as running:
        ear = running.enter_context(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
        ear.bind(("127.0.0.1", 0))
        ear.settimeout(WAIT_S_MAX)
        plain = f"m=audio {ear.getsockname()[1]} RTP/AVP 0"
        said = (f"{plain} {EVENTS}\n      a=rtpmap:{EVENTS} telephone-event/8000", plain)
        carriers = [running.enter_context(Sipp(tmp_path, "answer_with_audio", keys={"audio": audio})) for audio in said]
        floor.start_phones(2)
        trunks = "".join(trunk(number, sipp) for number, sipp in enumerate(carriers, 1))
        with floor.start_dialer(
            "sqlite:///keys.sqlite3", trunks.removesuffix('caller_id = "+12025550100"\n')
        ) as client:
            for number in (1, 2):
                create_campaign(client, number, Case(f"keys {number}", "answer", "connected", None))
                log_in(client, f"a{number}", f"sip:agent-{number}@{floor.phones_address}")
            client.post("/campaigns/1/start").raise_for_status()
            agent = talking(client, 1)
            client.post(f"/agents/{agent}/digits", json={"digits": KEYS}).raise_for_status()
            assert heard(ear, KEYS) == KEYS
            (entry,) = [one for one in client.get("/audit").json()["items"] if one["target"].endswith("/digits")]
            assert entry["detail"] == f'{{"digits":{len(KEYS)}}}'
            client.post(f"/agents/{agent}/hang-up").raise_for_status()
            client.post("/campaigns/2/start").raise_for_status()
            agent = talking(client, 2)
            refused = client.post(f"/agents/{agent}/digits", json={"digits": KEYS})
            assert refused.status_code == 409
            assert "has not agreed to telephone events" in refused.json()["detail"]
            client.post(f"/agents/{agent}/hang-up").raise_for_status()
            for carrier in carriers:
                carrier.finish()
