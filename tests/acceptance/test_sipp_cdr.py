"""The whole service with sipp as its carriers: each way a call can go ends with the right outcome in the CDR."""

import contextlib
import time
from pathlib import Path
from typing import Any, NamedTuple

import httpx
import pytest

from tests.interop.sipp_process import Sipp

WAIT_S_MAX = 120.0
TALK_S = 1.0


class Case(NamedTuple):
    name: str
    scenario: str
    outcome: str
    sip_status: int | None
    keys: dict[str, str] | None = None
    options: tuple[str, ...] = ()
    agent_hangs_up: bool = True


CASES = (
    Case("answer", "answer", "connected", None),
    Case("183 then 200", "early_media", "connected", None),
    Case("486", "refuse", "busy", 486, {"status": "486", "phrase": "Busy Here", "header": "X-Nothing: 1"}),
    Case("404", "refuse", "invalid_number", 404, {"status": "404", "phrase": "Not Found", "header": "X-Nothing: 1"}),
    Case("503", "refuse", "congestion", 503, {"status": "503", "phrase": "Unavailable", "header": "X-Nothing: 1"}),
    Case("never answers", "never_answers", "no_answer", 487),
    Case("200 lost and repeated", "answer_repeated", "connected", None, options=("-nr",)),
    Case("BYE in mid-call", "far_end_hangs_up", "connected", None, agent_hangs_up=False),
    Case("407", "proxy_digest", "connected", None, {"algorithm": "MD5"}),
    Case("200 with no word before", "answer_at_once", "connected", None),
    Case("A-law alone", "answer_pcma", "connected", None),
    Case("INVITE lost", "answer_after_retransmission", "connected", None, options=("-nr",)),
    Case("BYE answered 481", "bye_unknown", "connected", None),
    Case("busy tone, then 486", "early_media_then_busy", "busy", 486),
    Case("announcement, then 404", "early_media_then_unallocated", "invalid_number", 404),
    Case("rings, then 603", "rings_then_declines", "rejected", 603),
    Case("rings, then 480", "rings_then_unavailable", "no_answer", 480),
    Case("re-INVITE of theirs", "moves_its_audio", "connected", None),
    Case(
        "503 with Q.850 1",
        "refuse",
        "invalid_number",
        503,
        {"status": "503", "phrase": "No Route", "header": "Reason: Q.850;cause=1"},
    ),
    Case("484", "refuse", "invalid_number", 484, {"status": "484", "phrase": "Incomplete", "header": "X-Nothing: 1"}),
    Case("603+", "refuse", "rejected", 608, {"status": "608", "phrase": "Rejected", "header": "X-Nothing: 1"}),
)


def trunk(number: int, sipp: Sipp) -> str:
    host, port = sipp.address
    return (
        f'[[trunks]]\nname = "sipp-{number}"\ngroup = "group-{number}"\naddress = "{host}:{port}"\n'
        'username = "dialer"\npassword = "secret"\ncaller_id = "+12025550100"\n'
    )


def create_campaign(client: httpx.Client, number: int, case: Case) -> None:
    settings = {
        "name": case.name,
        "skill_group": "all",
        "trunk_group": f"group-{number}",
        "ring_timeout_s": 15,
        "calling_window": {"start": "00:00", "end": "24:00"},
        "pacing": {"policy": "progressive"},
    }
    campaign = client.post("/campaigns", json=settings)
    assert campaign.status_code == 201, campaign.text
    campaign_id = campaign.json()["campaign_id"]
    assert campaign_id == number
    lead = {"file": ("lead.csv", f"number\n+1202555{100 + number:04d}\n", "text/csv")}
    assert client.post(f"/campaigns/{campaign_id}/leads", files=lead).json()["accepted"] == 1


def log_in(client: httpx.Client, agent: str, address: str) -> None:
    client.post(f"/agents/{agent}/login", json={"skill_groups": ["all"], "address": address}).raise_for_status()
    deadline = time.monotonic() + WAIT_S_MAX
    while client.get(f"/agents/{agent}").json()["agent"]["state"] != "paused":
        assert time.monotonic() < deadline, f"{agent}'s telephone was not reached"
    client.post(f"/agents/{agent}/ready").raise_for_status()


def hang_up_when_due(client: httpx.Client) -> None:
    leaves_it_to_the_far_end = {number for number, case in enumerate(CASES, 1) if not case.agent_hangs_up}
    now = client.get("/statistics").json()["now"]
    for answer in client.get("/agents").json()["items"]:
        agent, call = answer["agent"], answer["call"]
        if agent["state"] != "talking" or call is None or call["campaign_id"] in leaves_it_to_the_far_end:
            continue
        if now - agent["since"] >= TALK_S:
            client.post(f"/agents/{agent['agent_id']}/hang-up")


@pytest.mark.sipp
@pytest.mark.slow
def test_every_way_a_call_can_go_is_in_the_cdrs(floor: Any, tmp_path: Path) -> None:
    carriers = [Sipp(tmp_path, case.scenario, keys=case.keys, options=case.options, lives_s=240) for case in CASES]
    with contextlib.ExitStack() as running:
        for carrier in carriers:
            running.enter_context(carrier)
        floor.start_phones(len(CASES))
        trunks = "".join(trunk(number, sipp) for number, sipp in enumerate(carriers, 1))
        with floor.start_dialer(
            "sqlite:///sipp.sqlite3", trunks.removesuffix('caller_id = "+12025550100"\n')
        ) as client:
            for number, case in enumerate(CASES, 1):
                create_campaign(client, number, case)
            for number in range(1, len(CASES) + 1):
                log_in(client, f"a{number}", f"sip:agent-{number}@{floor.phones_address}")
            for number in range(1, len(CASES) + 1):
                client.post(f"/campaigns/{number}/start").raise_for_status()
            deadline = time.monotonic() + WAIT_S_MAX
            gateway = {}
            while len(cdrs := client.get("/cdrs").json()["items"]) < len(CASES):
                assert time.monotonic() < deadline, f"only {len(cdrs)} CDRs: {cdrs}"
                hang_up_when_due(client)
            while (gateway := client.get("/health").json()["parts"]["gateway"]["counters"])["dialogs"] > len(CASES):
                assert time.monotonic() < deadline, f"dialogs are left: {gateway}"
        for carrier in carriers:
            carrier.finish()
    # What is left is one leg for each agent, its dialog, and no call.
    assert (gateway["calls"], gateway["legs"], gateway["dialogs"]) == (0, len(CASES), len(CASES))
    found = {CASES[cdr["campaign_id"] - 1].name: (cdr["outcome"], cdr["sip_status"]) for cdr in cdrs}
    print(found)
    assert found == {case.name: (case.outcome, case.sip_status) for case in CASES}
    by_far_end = next(cdr for cdr in cdrs if CASES[cdr["campaign_id"] - 1].name == "BYE in mid-call")
    assert "far end" in by_far_end["cause"]
