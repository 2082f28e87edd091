"""One tenant's token on every route of the OpenAPI page, with another tenant's ids: 404, always."""

import re
from typing import Any

import pytest

from campaigns.store.recording_schema import recordings
from dialer.access.accounts import create_account, issue_token
from dialer.access.model import Role
from dialer.rest.owners import OWNERS
from tests.dialer.rest.conftest import Bench, Stage, token_of

pytestmark = pytest.mark.anyio


class Two:
    """Two tenants with everything that can be named: `theirs` has it, `ours` must not find it."""

    def __init__(self, bench: Bench) -> None:
        self.bench = bench
        access, now = bench.live.access, bench.live.clock.now()
        self.their_tenant = access.create_tenant("acme", now).tenant_id
        self.theirs = token_of(bench, Role.ADMIN, "root", self.their_tenant)
        self.ours = token_of(bench, Role.ADMIN, "root")
        bob = create_account(access, self.their_tenant, "bob", Role.AGENT, None, now)
        token = issue_token(access, bob, "t", None, 60.0, now).token
        self.ids: dict[str, Any] = {"agent_id": "bob", "account_id": bob.account_id, "token_id": token.token_id}

    async def fill(self) -> None:
        campaign = {"name": "spring", "skill_group": "sales"}
        made = await self.bench.call("POST", "/campaigns", 201, json=campaign, headers=self.theirs)
        self.ids["campaign_id"] = made["campaign_id"]
        file = {"file": ("leads.csv", "phone\n+12025550100\n")}
        await self.bench.call("POST", f"/campaigns/{made['campaign_id']}/leads", 200, files=file, headers=self.theirs)
        self.ids["lead_id"] = 1
        form = {"campaign_id": str(made["campaign_id"])}
        begun = await self.bench.call("POST", "/imports", 202, files=file, data=form, headers=self.theirs)
        heard = {"call_id": "1-1", "agent_id": "bob", "path": "1-1.wav", "campaign_id": made["campaign_id"]}
        with self.bench.live.store.database.writing() as connection:
            connection.execute(recordings.insert().values(heard | {"started_at": 0, "duration_s": 1, "number": "+1"}))
        self.ids["recording_id"] = 1
        hook = {"url": "https://receiver.example/hook", "events": ["campaign.created"]}
        made = await self.bench.call("POST", "/webhooks", 201, json=hook, headers=self.theirs)
        self.ids["webhook_id"] = made["webhook"]["webhook_id"]
        own = {"numbers": ["+12025550190"]}
        await self.bench.call("POST", "/caller-ids", 201, json=own, headers=self.theirs)
        self.ids["caller_id"] = "%2B12025550190"
        self.ids |= {"import_id": begun["import_id"], "attempt_id": "1-1", "name": "us-national"}

    def path(self, template: str) -> str:
        return re.sub(r"{(\w+)}", lambda found: str(self.ids[found[1]]), template).removeprefix("/api/v1")


@pytest.fixture
async def two(stage: Stage) -> Two:
    two = Two(await stage.start())
    await two.fill()
    return two


async def test_another_tenants_ids_are_not_found_on_any_route(two: Two) -> None:
    page = await two.bench.call("GET", "/openapi.json")
    named = [(method, path) for path, methods in page["paths"].items() for method in methods if "{" in path]
    names = {name for _, path in named for name in re.findall(r"{(\w+)}", path)}
    assert names <= set(two.ids), f"make one of these for the other tenant above: {sorted(names - set(two.ids))}"
    assert len(named) >= 15
    wrong = []
    for method, path in named:
        # National lists are the first tenant's, so for them it is the other one that must find nothing.
        headers = two.theirs if "{name}" in path else two.ours
        # With a body that fits and without: neither may matter, for who asks is looked at first.
        for body in ({}, body_of(page, path, method)):
            answer = await two.bench.client.request(method.upper(), two.path(path), json=body, headers=headers)
            if answer.status_code != 404:
                wrong.append((method, path, answer.status_code))
    assert wrong == []


async def test_their_own_ids_are_found(two: Two) -> None:
    for path in ("/campaigns/{campaign_id}", "/accounts/{account_id}", "/agents/{agent_id}"):
        await two.bench.call("GET", two.path(path), headers=two.theirs)


async def test_lists_hold_nothing_of_another_tenant(two: Two) -> None:
    theirs = f"/cdrs?campaign_id={two.ids['campaign_id']}"
    listings = ("/campaigns", "/agents", "/imports", "/webhooks", "/recordings", "/caller-ids", "/attempts", "/cdrs")
    for path in (*listings, theirs):
        assert (await two.bench.call("GET", path, headers=two.ours))["items"] == []
    assert len((await two.bench.call("GET", "/imports", headers=two.theirs))["items"]) == 1
    await two.bench.call("GET", f"/imports?campaign_id={two.ids['campaign_id']}", 404, headers=two.ours)
    assert [one["login"] for one in (await two.bench.call("GET", "/accounts", headers=two.ours))["items"]] == ["root"]


async def test_a_call_of_another_tenant_takes_no_disposition(two: Two) -> None:
    create_account(two.bench.live.access, 1, "eve", Role.AGENT, None, 0.0)
    said = {"attempt_id": "1-1", "disposition": "sale"}
    login = {"skill_groups": ["sales"], "address": "sip:eve@192.0.2.9:5060"}
    await two.bench.call("POST", "/agents/eve/login", json=login, headers=two.ours)
    theirs = await two.bench.call("POST", "/agents/eve/disposition", 409, json=said, headers=two.ours)
    nobodys = said | {"attempt_id": "9-9"}
    nowhere = await two.bench.call("POST", "/agents/eve/disposition", 409, json=nobodys, headers=two.ours)
    assert theirs["detail"].replace("1-1", "9-9") == nowhere["detail"]


async def test_a_blocked_number_is_blocked_for_one_tenant(two: Two) -> None:
    body = {"numbers": ["+12025550100"]}
    assert (await two.bench.call("POST", "/do-not-call", json=body, headers=two.ours))["added"] == 1
    assert (await two.bench.call("POST", "/do-not-call", json=body, headers=two.theirs))["added"] == 1
    assert (await two.bench.call("POST", "/do-not-call", json=body, headers=two.theirs))["added"] == 0


async def test_two_tenants_agents_of_one_name_and_group_do_not_meet(two: Two) -> None:
    create_account(two.bench.live.access, 1, "bob", Role.AGENT, None, 0.0)
    login = {"skill_groups": ["sales"], "address": "sip:bob@192.0.2.9:5060"}
    await two.bench.call("POST", "/agents/bob/login", json=login, headers=two.ours)
    await two.bench.until(lambda: two.bench.state_of("bob") == "paused")
    ours = await two.bench.call("POST", "/agents/bob/ready", headers=two.ours)
    assert (ours["agent"]["agent_id"], ours["agent"]["skill_groups"]) == ("bob", ["sales"])
    theirs = await two.bench.call("GET", "/agents/bob", headers=two.theirs)
    assert theirs["agent"]["state"] == "offline"
    # What is asked of their bob is said to nobody while only ours is there.
    for said in ("hint", "ready", "pause"):
        refused = await two.bench.call("POST", f"/agents/bob/{said}", 409, headers=two.theirs)
        assert "agent 'bob' is not logged in" in refused["detail"]
    start = f"/campaigns/{two.ids['campaign_id']}"
    window = {"calling_window": {"start": "00:00", "end": "24:00"}, "pacing": {"policy": "progressive"}}
    await two.bench.call("PATCH", start, json=window, headers=two.theirs)
    await two.bench.call("POST", f"{start}/start", headers=two.theirs)
    seen = await two.bench.call("GET", "/statistics", headers=two.theirs)
    assert seen["agents"] == []
    assert "no agent of skill group" in seen["campaigns"][0]["decision"]
    assert (await two.bench.call("GET", "/statistics", headers=two.ours))["campaigns"] == []
    login["address"] = "sip:bob@192.0.2.10:5060"
    await two.bench.call("POST", "/agents/bob/login", json=login, headers=two.theirs)
    await two.bench.until(lambda: two.bench.state_of(f"{two.their_tenant}~bob") == "paused")
    await two.bench.call("POST", "/agents/bob/ready", headers=two.theirs)
    await two.bench.until(lambda: two.bench.state_of(f"{two.their_tenant}~bob") == "talking")
    assert two.bench.state_of("bob") == "idle"


def test_every_owner_is_named() -> None:
    assert {"campaign_id", "lead_id", "agent_id", "account_id", "token_id"} <= set(OWNERS)


def body_of(page: dict[str, Any], path: str, method: str) -> dict[str, Any]:
    """A body with everything that a route requires."""
    content = page["paths"][path][method].get("requestBody", {}).get("content", {}).get("application/json")
    if content is None or "$ref" not in content["schema"]:
        return {}
    schema = page["components"]["schemas"][content["schema"]["$ref"].rpartition("/")[2]]
    return {name: _value(schema["properties"][name], page) for name in schema.get("required", [])}


def _value(schema: dict[str, Any], page: dict[str, Any]) -> Any:
    if "$ref" in schema:
        schema = page["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    if "enum" in schema:
        return schema["enum"][0]
    if "pattern" in schema:
        return "1-1"
    return {"array": ["sales"], "integer": 1, "number": 1.0, "object": {}}.get(
        schema.get("type", ""), "some words here"
    )
