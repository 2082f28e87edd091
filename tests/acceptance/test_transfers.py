"""Transfers by the telephones' own transfer key through the whole service, sipp being everybody: blind and attended."""

import signal
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.acceptance.test_serve import listed, look_until
from tests.interop.sipp_process import Sipp

NUMBER = "+12025550177"
REPLACES = "Replaces=abc%40h%3Bto-tag%3D1%3Bfrom-tag%3D2"
REFER_TO = {"ann": f"<sip:{NUMBER}@10.0.0.8>", "bob": f"<sip:1002@10.0.0.8?{REPLACES}>"}
"""Ann hands her customer on to a number, Bob to a phone that he has called himself before."""
SETTINGS = """digest = ["MD5"]
trunk_probe_s = 0
[[phones]]
user = "1002"
password = "geheimes"
"""


@pytest.mark.sipp
@pytest.mark.slow
@pytest.mark.timeout(240)
def test_phones_hand_their_calls_on_and_stay_at_work(floor: Any, tmp_path: Path) -> None:
    def sipp(scenario: str, calls: int = 1, **options: Any) -> Sipp:
        return Sipp(tmp_path, scenario, calls=calls, lives_s=240, **options)

    with (
        sipp("answer", calls=2) as customers,
        sipp("far_end_hangs_up") as party,
        sipp("phone_refers_and_hangs_up", calls=9, keys={"refer_to": REFER_TO["ann"]}) as anns,
        sipp("phone_refers_and_hangs_up", calls=9, keys={"refer_to": REFER_TO["bob"]}) as bobs,
    ):
        trunks = SETTINGS + trunk("party", party, f'prefixes = ["{NUMBER}"]\n') + trunk("customers", customers, "")
        with floor.start_dialer("sqlite:///transfers.sqlite3", trunks.removesuffix(CALLER_ID)) as client:
            address = floor.dialer.wait_for(r"SIP at ([\d.]+:\d+)")[1]
            keys = {"user": "1002", "password": "geheimes", "expires": "300", "expected": "200", "contact": "10.0.0.8"}
            with sipp("register", target=address, keys=keys) as registration:
                registration.finish()
            with sipp("far_end_hangs_up", port=registration.port) as other:
                begin(client, {"ann": anns, "bob": bobs})
                look_until(client, "/cdrs", lambda found: len(found["items"]) == 2)
                party.finish()
                other.finish()
                assert REPLACES.split("%")[0].replace("=", ": ") in other.messages()
            customers.finish()
            look_until(client, "/statistics", lambda found: found["agents_by_state"]["idle"] == 2)
            gateway = look_until(client, "/health", is_at_rest)["parts"]["gateway"]["counters"]
            counters = client.get("/statistics").json()["counters"]
            cdrs = {cdr["agent_id"]: cdr for cdr in listed(client, "/cdrs")}
        assert floor.dialer.end(signal.SIGINT) == 0

    assert {agent: (cdr["outcome"], cdr["cause"]) for agent, cdr in cdrs.items()} == {
        "ann": ("connected", f"{NUMBER} hung up"),
        "bob": ("connected", "1002 hung up"),
    }
    assert (counters["calls_transferred"], counters["legs_called_again"]) == (2, 2)
    assert "legs_lost" not in counters
    # What is left is one leg for each agent.
    assert (gateway["calls"], gateway["legs"], gateway["dialogs"]) == (0, 2, 2)


CALLER_ID = 'caller_id = "+12025550100"\n'


def trunk(name: str, sipp: Sipp, more: str) -> str:
    host, port = sipp.address
    return f'[[trunks]]\nname = "{name}"\naddress = "{host}:{port}"\n{more}{CALLER_ID}'


def begin(client: httpx.Client, phones: dict[str, Sipp]) -> None:
    """For each agent a campaign with one lead, so that everybody has a customer of their own."""
    for number, (agent, phone) in enumerate(phones.items(), 1):
        settings = {
            "name": agent,
            "skill_group": agent,
            "calling_window": {"start": "00:00", "end": "24:00"},
            "pacing": {"policy": "progressive"},
            "acw_s_max": 0.1,
            "retry_rules": {},
        }
        client.post("/campaigns", json=settings).raise_for_status()
        leads = {"leads": [{"number": f"+1202555{1000 + number}"}]}
        client.post(f"/campaigns/{number}/leads/batch", json=leads).raise_for_status()
        host, port = phone.address
        login = {"skill_groups": [agent], "address": f"sip:{agent}@{host}:{port}"}
        client.post(f"/agents/{agent}/login", json=login).raise_for_status()
    look_until(client, "/statistics", lambda found: found["agents_by_state"]["paused"] == len(phones))
    for number, agent in enumerate(phones, 1):
        client.post(f"/agents/{agent}/ready").raise_for_status()
        client.post(f"/campaigns/{number}/start").raise_for_status()


def is_at_rest(health: dict[str, Any]) -> bool:
    counters = health["parts"]["gateway"]["counters"]
    return bool(counters["calls"] == 0 and counters["dialogs"] == counters["legs"] == 2)
