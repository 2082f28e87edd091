import pytest

from dialer.messages import CloseLeg, HangUpCall, OpenLeg, PlaceCall
from tests.dialer.rest.conftest import Bench, Stage

pytestmark = pytest.mark.anyio

LOGIN = {"skill_groups": ["sales"], "address": "sip:ann@192.0.2.9:5060"}


async def test_a_shift(bench: Bench) -> None:
    assert (await bench.call("POST", "/agents/ann/login", json=LOGIN))["agent"]["state"] == "connecting"
    assert [command for command in bench.gateway.sent if isinstance(command, OpenLeg)] == [
        OpenLeg(leg_id="ann#1", agent_id="ann", address="sip:ann@192.0.2.9:5060")
    ]
    await bench.until(lambda: bench.state_of("ann") == "paused")
    assert (await bench.call("POST", "/agents/ann/ready"))["agent"]["state"] == "idle"
    paused = await bench.call("POST", "/agents/ann/pause", json={"reason": "lunch"})
    assert (paused["agent"]["state"], paused["agent"]["pause_reason"]) == ("paused", "lunch")
    assert (await bench.call("POST", "/agents/ann/pause"))["agent"]["state"] == "paused"
    assert (await bench.call("POST", "/agents/ann/logout"))["agent"]["state"] == "offline"
    assert CloseLeg(leg_id="ann#1") in bench.gateway.sent
    assert (await bench.call("GET", "/agents"))["items"] == []


async def test_a_call_is_shown_hung_up_and_disposed_of(bench: Bench) -> None:
    attempt_id = await bench.talk()
    shown = await bench.call("GET", "/agents/ann")
    assert shown["agent"]["attempt_id"] == attempt_id
    assert (shown["call"]["name"], shown["call"]["number"]) == ("Person 0", "+12025550000")
    (listed,) = (await bench.call("GET", "/agents"))["items"]
    assert (listed["agent"], listed["call"]) == (shown["agent"], shown["call"])
    assert (await bench.call("POST", "/agents/ann/hang-up"))["agent"]["state"] == "acw"
    assert HangUpCall(call_id=attempt_id) in bench.gateway.sent
    said = {"attempt_id": attempt_id, "disposition": "sale"}
    after = await bench.call("POST", "/agents/ann/disposition", json=said)
    assert (after["agent"]["state"], after["call"]) == ("idle", None)
    (attempt,) = (await bench.call("GET", "/attempts"))["items"]
    assert (attempt["disposition"], attempt["agent_id"]) == ("sale", "ann")


async def test_a_busy_agent_may_say_when_they_will_be_free(bench: Bench) -> None:
    await bench.talk()
    assert (await bench.call("POST", "/agents/ann/hint", json={"free_in_s": 12}))["agent"]["state"] == "talking"
    assert (await bench.call("POST", "/agents/ann/hint"))["agent"]["state"] == "talking"
    problem = await bench.call("POST", "/agents/ann/hint", 422, json={"free_in_s": -1})
    assert "free_in_s" in str(problem)
    await bench.call("POST", "/agents/ann/hang-up")


async def test_an_agent_looks_at_a_lead_and_dials_it(bench: Bench) -> None:
    settings = {"pacing": {"policy": "preview"}, "script": "Hello", "screen_fields": []}
    campaign_id = await bench.add_campaign(leads=3, **settings)
    await bench.call("POST", f"/campaigns/{campaign_id}/start")
    await bench.add_agent()
    await bench.until(lambda: bench.live.statistics().campaigns[0].hopper == 3)
    assert "ask for one first" in (await bench.call("POST", "/agents/ann/preview/dial", 409))["detail"]
    asked = await bench.call("POST", "/agents/ann/preview")
    assert asked["agent"]["state"] == "previewing"
    assert (asked["call"]["name"], asked["call"]["number"], asked["script"]) == ("Person 0", "+12025550000", "Hello")
    assert (await bench.call("GET", "/agents/ann"))["call"] == asked["call"]
    assert "bad_time" in [one["name"] for one in asked["skip_reasons"]]
    for said, field in (({}, "reason"), ({"reason": "bored"}, "reason"), ({"note": 501 * "x"}, "note")):
        refused = await bench.call("POST", "/agents/ann/preview/skip", 422, json=said)
        assert [one["field"] for one in refused["problems"]] == [field]
    said = {"reason": "other", "note": "their shop has closed"}
    skipped = await bench.call("POST", "/agents/ann/preview/skip", json=said)
    assert (skipped["agent"]["state"], skipped["skip_reasons"]) == ("idle", [])
    await bench.until(lambda: bench.live.worker.counters().get("skips_written") == 1)
    (row,) = (await bench.call("GET", f"/skips?lead_id={asked['call']['lead_id']}"))["items"]
    assert (row["agent_id"], row["number"], row["reason"], row["note"]) == ("ann", "+12025550000", *said.values())
    (counted,) = (await bench.call("GET", f"/reports/skips?campaign_id={campaign_id}"))["rows"]
    assert (counted["agent_id"], counted["reason"], counted["skips"], counted["share_rate"]) == ("ann", "other", 1, 1.0)
    assert (await bench.call("POST", "/agents/ann/preview"))["call"]["name"] == "Person 1"
    dialed = await bench.call("POST", "/agents/ann/preview/dial")
    # The stub's people answer at once.
    await bench.until(lambda: bench.state_of("ann") == "talking")
    assert dialed["agent"]["attempt_id"] == dialed["call"]["attempt_id"]
    (placed,) = [command for command in bench.gateway.sent if isinstance(command, PlaceCall)]
    assert (placed.call_id, placed.number) == (dialed["call"]["attempt_id"], "+12025550001")
    assert "looks at no lead" in (await bench.call("POST", "/agents/ann/preview/skip", 409))["detail"]
    assert "is talking, not idle" in (await bench.call("POST", "/agents/ann/preview", 409))["detail"]


async def test_a_lead_on_the_do_not_call_list_is_not_dialed_from_a_preview(bench: Bench) -> None:
    campaign_id = await bench.add_campaign(leads=1, pacing={"policy": "preview"})
    await bench.call("POST", f"/campaigns/{campaign_id}/start")
    await bench.add_agent()
    await bench.until(lambda: bench.live.statistics().campaigns[0].hopper == 1)
    await bench.call("POST", "/agents/ann/preview")
    await bench.call("POST", "/do-not-call", json={"numbers": ["+12025550000"], "reason": "asked"})
    problem = await bench.call("POST", "/agents/ann/preview/dial", 409)
    assert "not called" in problem["detail"] or "did not take" in problem["detail"]
    shown = await bench.call("GET", "/agents/ann")
    assert (shown["agent"]["state"], shown["call"]) == ("idle", None)
    assert not [command for command in bench.gateway.sent if isinstance(command, PlaceCall)]


@pytest.mark.parametrize(
    "action", ["ready", "pause", "hint", "logout", "hang-up", "preview", "preview/dial", "preview/skip"]
)
async def test_who_is_not_logged_in_is_told_to_log_in(bench: Bench, action: str) -> None:
    problem = await bench.call("POST", f"/agents/bob/{action}", 409)
    assert problem["detail"] == "agent 'bob' is not logged in; log in first"


async def test_a_second_login_is_refused(bench: Bench) -> None:
    await bench.add_agent("ann")
    problem = await bench.call("POST", "/agents/ann/login", 409, json=LOGIN)
    assert "log out first" in problem["detail"]


async def test_a_disposition_of_another_call_is_refused(bench: Bench) -> None:
    await bench.talk()
    problem = await bench.call(
        "POST", "/agents/ann/disposition", 409, json={"attempt_id": "9-9", "disposition": "sale"}
    )
    assert "'9-9'" in problem["detail"]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"address": "sip:a@b"}, "skill_groups"),
        ({"skill_groups": [], "address": "sip:a@b"}, "skill_groups"),
        ({"skill_groups": ["sales"]}, "address"),
        ({**LOGIN, "skills": 1}, "skills"),
    ],
)
async def test_a_login_names_skill_groups_and_a_phone(bench: Bench, body: dict[str, object], field: str) -> None:
    problem = await bench.call("POST", "/agents/ann/login", 422, json=body)
    assert problem["problems"][0]["field"] == field


async def test_an_agent_id_is_plain(bench: Bench) -> None:
    assert (await bench.call("GET", "/agents/a%23b", 422))["problems"][0]["field"] == "agent_id"


async def test_a_request_that_is_not_confirmed_in_time_says_where_to_look(stage: Stage) -> None:
    bench = await stage.start(service={"request_timeout_s": 0.05})
    await bench.talk()
    # The disposition is only answered once it is written, and the database does not take it now.
    bench.live.worker.send = lambda command: None  # type: ignore[method-assign]
    bench.live.runner.connect(
        clock=bench.live.clock, gateway=bench.live.open_calls, desk=bench.live.desk, store=bench.live.worker
    )
    problem = await bench.call(
        "POST", "/agents/ann/disposition", 504, json={"attempt_id": "1-1", "disposition": "sale"}
    )
    assert "not confirmed within 0.05 s" in problem["detail"]
    assert "/api/v1/health" in problem["detail"]
    del bench.live.worker.send
    bench.live.runner.connect(
        clock=bench.live.clock, gateway=bench.live.open_calls, desk=bench.live.desk, store=bench.live.worker
    )


async def test_an_agent_sees_the_script_the_fields_and_what_may_be_said(bench: Bench) -> None:
    campaign_id = await bench.add_campaign(leads=1, script="Good day, ...", screen_fields=["city"])
    await bench.add_agent()
    await bench.call("POST", f"/campaigns/{campaign_id}/start")
    await bench.until(lambda: bench.state_of("ann") == "talking")
    shown = await bench.call("GET", "/agents/ann")
    assert shown["script"] == "Good day, ..."
    assert [one["name"] for one in shown["dispositions"]][:2] == ["talked", "sale"]
    problem = await bench.call("PATCH", f"/campaigns/{campaign_id}", 422, json={"screen_fields": ["a", "a"]})
    assert problem["problems"][0]["field"] == "screen_fields[1]"


async def test_a_call_is_handed_on_and_what_cannot_be_done_is_said(bench: Bench) -> None:
    await bench.talk()
    problem = await bench.call("POST", "/agents/ann/transfer", 409, json={"agent_id": "bob"})
    assert "agent 'bob' is offline, not idle" in problem["detail"]
    problem = await bench.call("POST", "/agents/ann/transfer", 409, json={"number": "+19005550100"})
    assert "barred" in problem["detail"]
    problem = await bench.call("DELETE", "/agents/ann/transfer", 409)
    assert "no transfer under way" in problem["detail"]
    await bench.add_agent("bob")
    shown = await bench.call("POST", "/agents/ann/transfer", json={"agent_id": "bob"})
    assert (shown["agent"]["state"], shown["call"]["transfer"]) == ("acw", "handed on to bob")
    await bench.until(lambda: bench.state_of("bob") == "talking")
