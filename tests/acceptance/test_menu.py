"""A menu through the whole service, sipp being whoever presses a key: 1 for an agent, 9 never to be called again."""

import contextlib
import time
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.acceptance.test_sipp_cdr import log_in, trunk
from tests.interop.sipp_process import Sipp

WAIT_S_MAX = 120.0
PRESSED = ("1", "9")
MENU = {"prompt": "safe-harbour-press-9", "keys": {"1": {"action": "agent"}, "2": {"action": "repeat"}}}


def create_campaign(client: httpx.Client, number: int) -> str:
    """A campaign with the menu, and one lead whose carrier is trunk `number`; returns the lead's number."""
    wanted = {
        "name": f"menu {number}",
        "skill_group": "all",
        "trunk_group": f"group-{number}",
        "menu": MENU,
        "calling_window": {"start": "00:00", "end": "24:00"},
        "pacing": {"policy": "progressive"},
    }
    created = client.post("/campaigns", json=wanted)
    assert created.status_code == 201, created.text
    assert created.json()["campaign_id"] == number
    called = f"+1202555{number:04d}"
    lead = {"file": ("lead.csv", f"number\n{called}\n", "text/csv")}
    assert client.post(f"/campaigns/{number}/leads", files=lead).json()["accepted"] == 1
    return called


def hang_up_talking(client: httpx.Client) -> None:
    for one in client.get("/agents").json()["items"]:
        if one["agent"]["state"] == "talking":
            client.post(f"/agents/{one['agent']['agent_id']}/hang-up")


@pytest.mark.sipp
@pytest.mark.slow
def test_one_leads_to_an_agent_and_nine_onto_the_do_not_call_list(floor: Any, tmp_path: Path) -> None:
    carriers = [Sipp(tmp_path, "presses", keys={"key": key}) for key in PRESSED]
    with contextlib.ExitStack() as running:
        for carrier in carriers:
            running.enter_context(carrier)
        floor.start_phones(2)
        trunks = "".join(trunk(number, sipp) for number, sipp in enumerate(carriers, 1))
        with floor.start_dialer(
            "sqlite:///menu.sqlite3", trunks.removesuffix('caller_id = "+12025550100"\n')
        ) as client:
            called = [create_campaign(client, number) for number in (1, 2)]
            refused = client.patch("/campaigns/1", json={"menu": {"keys": {"9": {"action": "agent"}}}})
            assert refused.status_code == 422
            assert "opt_out_digit" in refused.text
            for number in (1, 2):
                log_in(client, f"a{number}", f"sip:agent-{number}@{floor.phones_address}")
            for number in (1, 2):
                client.post(f"/campaigns/{number}/start").raise_for_status()
            deadline = time.monotonic() + WAIT_S_MAX
            while len(cdrs := client.get("/cdrs").json()["items"]) < len(PRESSED):
                assert time.monotonic() < deadline, f"only {len(cdrs)} CDRs: {cdrs}"
                hang_up_talking(client)
            attempts = {one["campaign_id"]: one for one in client.get("/attempts").json()["items"]}
            barred = client.post("/do-not-call", json={"numbers": called}).json()
            pressed = client.get("/reports/digits").json()["rows"]
        for carrier in carriers:
            carrier.finish()
    found = {one["campaign_id"]: (one["digits"], one["outcome"], one["agent_id"] != "") for one in cdrs}
    assert found == {1: ("1", "connected", True), 2: ("9", "menu_ended", False)}
    assert attempts[1]["asked_at"] - attempts[1]["answered_at"] > 0.9
    assert attempts[1]["bridged_at"] - attempts[1]["asked_at"] < 2.0
    assert (attempts[2]["disposition"], attempts[2]["cause"]) == ("do_not_call", "pressed 9: do not call")
    assert barred == {"added": 1, "known": 1}, "one of the two asked for it by key, and is on the list already"
    assert {(row["campaign_id"], row["digit"], row["calls"]) for row in pressed} == {(1, "1", 1), (2, "9", 1)}
