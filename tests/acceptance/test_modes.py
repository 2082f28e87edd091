"""Each way a campaign may dial, over real SIP and all at once: preview to predictive, and without agents."""

import re
import signal
from collections import Counter
from typing import Any

import pytest

from tests.acceptance.test_serve import listed, look_until

LEADS = 12
MODES = ("progressive", "ratio", "predictive", "preview")
PASSWORD = "correct horse battery staple"
SCENARIO = """
seed = 5
[customers]
answer_probability = 0.7
machine = 0.0
no_answer = 0.0
failure = 1.0
answer_delay = { kind = "uniform", low_s = 0.1, high_s = 0.3 }
failure_delay = { kind = "uniform", low_s = 0.05, high_s = 0.1 }
talk = { kind = "uniform", low_s = 0.3, high_s = 0.6 }
"""


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_every_mode_dials_its_list_to_the_end(floor: Any) -> None:
    floor.start_carrier(SCENARIO)
    floor.start_phones(len(MODES))
    # The trunk of the floor comes last, so that what follows it is the trunk's.
    trunk = f'[log]\nlevel = "debug"\n[[trunks]]\nname = "carrier"\naddress = "{floor.carrier_address}"\n'
    with floor.start_dialer("sqlite:///dialer.sqlite3", trunk) as client:
        ids = {mode: campaign_of(client, index, mode) for index, mode in enumerate((*MODES, "agentless"))}
        for index, mode in enumerate(MODES, 1):
            login = {"skill_groups": [mode], "address": f"sip:agent-{index}@{floor.phones_address}"}
            client.post(f"/agents/a{index}/login", json=login).raise_for_status()
        look_until(client, "/statistics", lambda found: found["agents_by_state"]["paused"] == len(MODES))
        for index in range(1, len(MODES) + 1):
            client.post(f"/agents/a{index}/ready").raise_for_status()
        for campaign_id in ids.values():
            client.post(f"/campaigns/{campaign_id}/start").raise_for_status()
        preview_the_list(client, f"a{len(MODES)}")
        outcomes = {}
        for mode, campaign_id in ids.items():
            path = f"/campaigns/{campaign_id}/statistics"
            ended = look_until(client, path, lambda found: found["attempts"] == LEADS and not found["attempts_open"])
            outcomes[mode] = Counter(ended["outcomes"])
        numbers = {attempt["number"] for attempt in listed(client, "/attempts")}
        name_in_requests(client, min(numbers))
        root = {"login": "root", "role": "admin", "password": PASSWORD}
        client.post("/accounts", json=root).raise_for_status()
        signed_in = client.post("/sessions", json={"login": "root", "password": PASSWORD})
        secrets = [PASSWORD, signed_in.json()["text"]]
        assert client.get("/campaigns", headers={"Authorization": f"Bearer {secrets[1]}"}).status_code == 200
    assert floor.dialer.end(signal.SIGINT) == 0

    for mode in MODES:
        assert outcomes[mode]["connected"] >= 1, outcomes
        assert outcomes[mode].total() == LEADS
    # With one call for one agent nobody is ever left without.
    assert outcomes["progressive"]["abandoned"] == 0
    assert outcomes["agentless"]["message_played"] + outcomes["agentless"]["lost"] >= 4, outcomes
    assert outcomes["agentless"]["connected"] == outcomes["agentless"]["abandoned"] == 0
    # Whoever answers a call dialed from a preview has an agent who waits for them.
    assert outcomes["preview"]["abandoned"] == 0
    assert len(numbers) == 5 * LEADS
    nothing_secret_in(floor, numbers, secrets)


def campaign_of(client: Any, index: int, mode: str) -> int:
    """A campaign of one mode, with its leads and a skill group of its own."""
    settings = {
        "name": mode,
        "skill_group": mode,
        "calling_window": {"start": "00:00", "end": "24:00"},
        "acw_s_max": 0.1,
        "retry_rules": {},
    }
    settings |= {"treatment": "message"} if mode == "agentless" else {"pacing": {"policy": mode, "ratio": 1.5}}
    campaign_id: int = client.post("/campaigns", json=settings).raise_for_status().json()["campaign_id"]
    leads = [{"number": f"+1202555{1000 * index + one:04d}", "name": "Jane"} for one in range(LEADS)]
    client.post(f"/campaigns/{campaign_id}/leads/batch", json={"leads": leads}).raise_for_status()
    return campaign_id


def preview_the_list(client: Any, agent_id: str) -> None:
    """Look at each lead and dial it, as an agent does at their desk."""
    shown = []
    for _ in range(LEADS):
        look_until(client, f"/agents/{agent_id}", lambda found: found["agent"]["state"] == "idle")
        # The first leads may still be on their way from the store.
        look_until(client, "/statistics", lambda found: is_filled(found, "preview"))
        looked = client.post(f"/agents/{agent_id}/preview").raise_for_status().json()
        assert looked["agent"]["state"] == "previewing"
        assert looked["call"]["name"] == "Jane"
        shown.append(looked["call"]["number"])
        client.post(f"/agents/{agent_id}/preview/dial").raise_for_status()
    assert len(set(shown)) == LEADS
    look_until(client, f"/agents/{agent_id}", lambda found: found["agent"]["state"] == "idle")
    talks = [one for one in listed(client, "/attempts") if one["agent_id"] == agent_id]
    assert talks
    assert {one["number"] for one in talks} <= set(shown)


def is_filled(statistics: dict[str, Any], name: str) -> bool:
    """Whether a campaign has leads at hand."""
    return any(one["name"] == name and one["hopper"] for one in statistics["campaigns"])


def name_in_requests(client: Any, number: str) -> None:
    """Send a number in every part of a request in which one may stand, also where it is a mistake."""
    found = client.post("/campaigns/1/leads/search", json={"number": number}).json()["items"]
    assert [lead["number"] for lead in found] == [number]
    assert client.get(f"/caller-ids/{number.replace('+', '%2B')}").status_code == 404
    assert client.get(f"/nothing/{number}").status_code == 404
    assert client.post("/sessions", json={"login": number, "password": number}).status_code == 401
    assert client.post("/do-not-call", json={"numbers": [number], "reason": f"{number} asked"}).status_code == 200
    assert client.post("/erasures", json={"number": number, "reason": "letter"}).status_code == 200


def nothing_secret_in(floor: Any, numbers: set[str], secrets: list[str]) -> None:
    """No number of a person in full, with a plus sign or without, no password and no token in any log or output."""
    log = (floor.folder / "dialer.log").read_text()
    assert "Started server process" in log
    said = log + "".join(path.read_text() for path in floor.folder.glob("*.stderr"))
    digits = {number.removeprefix("+") for number in numbers}
    found = {one for one in re.findall(r"\d{11,}", said) if one[:11] in digits}
    assert not found, f"{len(found)} numbers stand in the log"
    assert not [secret for secret in secrets if secret in said or secret.rpartition("_")[2] in said]
