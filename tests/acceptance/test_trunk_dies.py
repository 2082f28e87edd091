"""The whole service with two sipp carriers, one of which dies in mid-campaign: the next takes over, no call is lost."""

import contextlib
import signal
import socket
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.acceptance.test_serve import listed, look_until
from tests.interop.sipp_process import Sipp

AGENTS = 5
LEADS = 24
BEFORE_IT_DIES = 6
TALK_S_MAX = 2.0
"""The carriers hang up after 0.4 s: whoever talks for longer has a far end that is dead."""


@pytest.mark.sipp
@pytest.mark.slow
@pytest.mark.timeout(240)
def test_a_trunk_that_dies_in_mid_campaign_costs_no_call(floor: Any, tmp_path: Path) -> None:
    floor.start_phones(AGENTS)
    with (
        Sipp(tmp_path, "talks_briefly", calls=1000, lives_s=240) as main,
        Sipp(tmp_path, "talks_briefly", calls=1000, lives_s=240) as spare,
        floor.start_dialer("sqlite:///dies.sqlite3", trunk("main", main, 0) + trunk("spare", spare, 1)) as client,
    ):
        campaign = running_campaign(client, floor.phones_address)
        look_until(client, "/cdrs", lambda found: len(found["items"]) >= BEFORE_IT_DIES)
        lived_at = client.get("/statistics").json()["now"]
        main.__exit__()
        died_at = client.get("/statistics").json()["now"]
        look_until(client, campaign, lambda found: not hang_up_on_the_dead(client, found))
        with carrier_that_has_forgotten_everything(main.port):
            gateway = look_until(client, "/health", is_at_rest)["parts"]["gateway"]["counters"]
        attempts, cdrs = listed(client, "/attempts"), listed(client, "/cdrs")
        counters = client.get("/statistics").json()["counters"]
        assert floor.dialer.end(signal.SIGINT) == 0

    assert {attempt["outcome"] for attempt in attempts} == {cdr["outcome"] for cdr in cdrs} == {"connected"}
    assert len({attempt["number"] for attempt in attempts}) == len(attempts) == len(cdrs) == LEADS
    before = [cdr for cdr in cdrs if cdr["started_at"] < lived_at]
    after = [cdr for cdr in cdrs if cdr["started_at"] > died_at]
    assert {cdr["trunk"] for cdr in before} == {"main"}
    assert {cdr["trunk"] for cdr in after} == {"spare"}
    assert gateway["trunks_lost"] == 1
    assert counters["calls_moved"] >= 1
    # A call that its death has caught waits for 0.8 s by the gateway's clock; the rest is room for a busy machine.
    waited_s = max(cdr["answered_at"] - cdr["started_at"] for cdr in cdrs if cdr["trunk"] == "spare")
    print(f"calls of the dead trunk were answered over the next one within {waited_s:.2f} s")
    assert 0.7 < waited_s < 4.0
    # What is left is one leg for each agent.
    assert (gateway["calls"], gateway["legs"], gateway["dialogs"]) == (0, AGENTS, AGENTS)


def trunk(name: str, sipp: Sipp, priority: int) -> str:
    host, port = sipp.address
    caller_id = 'caller_id = "+12025550100"\n' if name == "main" else ""
    return f'[[trunks]]\nname = "{name}"\npriority = {priority}\naddress = "{host}:{port}"\n{caller_id}'


def running_campaign(client: httpx.Client, phones: str) -> str:
    """Start a campaign with its leads and agents; returns the path of its figures."""
    settings = {
        "name": "autumn",
        "skill_group": "all",
        "calling_window": {"start": "00:00", "end": "24:00"},
        "pacing": {"policy": "progressive"},
        "acw_s_max": 0.1,
        "retry_rules": {},
    }
    client.post("/campaigns", json=settings).raise_for_status()
    leads = [{"number": f"+1202555{1000 + one}"} for one in range(LEADS)]
    client.post("/campaigns/1/leads/batch", json={"leads": leads}).raise_for_status()
    for one in range(1, AGENTS + 1):
        login = {"skill_groups": ["all"], "address": f"sip:agent-{one}@{phones}"}
        client.post(f"/agents/a{one}/login", json=login).raise_for_status()
    look_until(client, "/statistics", lambda found: found["agents_by_state"]["paused"] == AGENTS)
    for one in range(1, AGENTS + 1):
        client.post(f"/agents/a{one}/ready").raise_for_status()
    client.post("/campaigns/1/start").raise_for_status()
    return "/campaigns/1/statistics"


def hang_up_on_the_dead(client: httpx.Client, figures: dict[str, Any]) -> bool:
    """Let agents whose far end says nothing any more hang up, as people do; whether calls are open."""
    now = client.get("/statistics").json()["now"]
    for answer in client.get("/agents").json()["items"]:
        agent = answer["agent"]
        if agent["state"] == "talking" and now - agent["since"] > TALK_S_MAX:
            client.post(f"/agents/{agent['agent_id']}/hang-up")
    return bool(figures["attempts"] < LEADS or figures["attempts_open"])


def is_at_rest(health: dict[str, Any]) -> bool:
    counters = health["parts"]["gateway"]["counters"]
    return bool(counters["calls"] == 0 and counters["dialogs"] <= AGENTS)


@contextlib.contextmanager
def carrier_that_has_forgotten_everything(port: int) -> Iterator[None]:
    """What a carrier says that was started anew: it knows none of the calls that are hung up at last."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as carrier:
        carrier.bind(("127.0.0.1", port))
        carrier.settimeout(0.1)
        is_over = threading.Event()

        def answer() -> None:
            while not is_over.is_set():
                with contextlib.suppress(TimeoutError):
                    data, source = carrier.recvfrom(65535)
                    kept = [line for line in data.split(b"\r\n") if line.split(b":")[0] in KEPT]
                    carrier.sendto(b"\r\n".join([b"SIP/2.0 481 Gone", *kept, b"Content-Length: 0", b"", b""]), source)

        thread = threading.Thread(target=answer)
        thread.start()
        yield
        is_over.set()
        thread.join()


KEPT = (b"Via", b"From", b"To", b"Call-ID", b"CSeq")
