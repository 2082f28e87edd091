import json
from typing import Any

import pytest

from tests.dialer.commands.conftest import Dialer, StandIn

ANN = {"agent_id": "ann", "state": "idle", "skill_groups": ["sales"], "since": 0.0}
CALL = {"attempt_id": "4711-2", "name": "Bob", "number": "+12025550101"}


def test_login_says_where_and_for_whom(dialer: Dialer, service: StandIn) -> None:
    service.will({"agent": {**ANN, "state": "connecting"}, "call": None})
    ended = dialer("agent", "login", "ann", "-g", "sales", "-g", "service", "-a", "sip:ann@192.0.2.9:5060")
    assert ended.out == "ann is connecting (sales)\n"
    assert json.loads(service.requests[0].content) == {
        "skill_groups": ["sales", "service"],
        "address": "sip:ann@192.0.2.9:5060",
    }


@pytest.mark.parametrize("action", ["ready", "pause", "hang-up", "logout"])
def test_plain_actions(dialer: Dialer, service: StandIn, action: str) -> None:
    service.will({"agent": ANN, "call": None})
    assert dialer("agent", action, "ann").out == "ann is idle (sales)\n"
    assert (service.requests[0].method, service.requests[0].url.path) == ("POST", f"/api/v1/agents/ann/{action}")


@pytest.mark.parametrize(
    ("action", "path"), [("preview", "preview"), ("dial", "preview/dial"), ("skip", "preview/skip")]
)
def test_preview_actions(dialer: Dialer, service: StandIn, action: str, path: str) -> None:
    service.will({"agent": {**ANN, "state": "previewing"}, "call": CALL})
    said = dialer("agent", action, "ann").out
    assert said == "ann is previewing (sales); looks at Bob, +12025550101, attempt 4711-2\n"
    assert (service.requests[0].method, service.requests[0].url.path) == ("POST", f"/api/v1/agents/ann/{path}")


def test_a_skip_says_why(dialer: Dialer, service: StandIn) -> None:
    service.will({"agent": ANN, "call": None})
    assert dialer("agent", "skip", "ann", "other", "--note", "has moved").out == "ann is idle (sales)\n"
    assert json.loads(service.requests[0].content) == {"reason": "other", "note": "has moved"}


def test_keys_are_pressed(dialer: Dialer, service: StandIn) -> None:
    service.will({"agent": {**ANN, "state": "talking"}, "call": CALL})
    assert dialer("agent", "digits", "ann", "42#").code == 0
    assert service.requests[0].url.path == "/api/v1/agents/ann/digits"
    assert json.loads(service.requests[0].content) == {"digits": "42#"}


def test_a_disposition_names_the_attempt(dialer: Dialer, service: StandIn) -> None:
    service.will({"agent": ANN, "call": None})
    assert dialer("agent", "disposition", "ann", "4711-2", "sold").code == 0
    assert json.loads(service.requests[0].content) == {"attempt_id": "4711-2", "disposition": "sold"}


def test_show_tells_who_is_on_the_line(dialer: Dialer, service: StandIn) -> None:
    service.will({"agent": {**ANN, "state": "talking"}, "call": CALL})
    assert dialer("agent", "show", "ann").out == (
        "ann is talking (sales); on the line: Bob, +12025550101, attempt 4711-2\n"
    )
    service.will({"agent": {**ANN, "state": "offline"}, "call": None})
    assert dialer("agent", "show", "ann").out == "ann is offline\n"


def statistics(**changes: Any) -> dict[str, Any]:
    return {"agents_by_state": {"idle": 2, "talking": 0}, "occupancy": None, "campaigns": [], **changes}


def test_status_of_an_empty_floor(dialer: Dialer, service: StandIn) -> None:
    service.will(statistics(agents_by_state={}))
    assert dialer("status").out == "agents: nobody is logged in; occupancy –\nno campaign is running\n"


def test_status_shows_campaigns_and_why_they_dial_as_they_do(dialer: Dialer, service: StandIn) -> None:
    campaign = {
        "campaign_id": 3,
        "name": "spring",
        "status": "running",
        "hopper": 41,
        "placed": 3,
        "ringing": 4,
        "queued": 0,
        "bridged": 9,
        "attempts": 120,
        "abandon_rate": 0.0251,
        "answered": 40,
        "decision": "two idle, [bold] nothing",
    }
    service.will(statistics(occupancy=0.8, campaigns=[campaign]))
    out = dialer("status").out
    assert "2 idle; occupancy 80.0 %" in out
    for word in ("3 spring", "running", "41", "7", "120", "2.5 % of 40"):
        assert word in out
    assert "3 spring: two idle, [bold] nothing" in out
