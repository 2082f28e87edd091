import json
from typing import Any

import pytest

from campaigns.service.errors import StoreUnavailableError
from dialer.access.model import Role
from tests.dialer.rest.conftest import Bench, token_of

pytestmark = pytest.mark.anyio


async def entries(bench: Bench, **query: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await bench.call("GET", "/audit", params=query))["items"]
    return found


async def test_who_changed_what_is_written_before_the_answer(bench: Bench) -> None:
    await bench.add_campaign()
    await bench.call("PATCH", "/campaigns/1", json={"ring_timeout_s": 30})
    await bench.call("POST", "/campaigns/1/start")
    start, edit, create = await entries(bench)
    assert (start["actor"], start["action"], start["target"]) == (
        "this machine",
        "POST /campaigns/{campaign_id}/start",
        "/campaigns/1/start",
    )
    (change,) = json.loads(edit["detail"])
    assert (change["field"], change["after"]) == ("ring_timeout_s", 30.0)
    assert change["before"] != change["after"]
    assert json.loads(create["detail"])["name"] == "spring"
    assert create["at"] <= edit["at"] <= start["at"]


async def test_what_failed_and_what_was_only_read_is_not_there(bench: Bench) -> None:
    await bench.call("POST", "/campaigns/9/start", 404)
    await bench.call("POST", "/campaigns", 422, json={})
    await bench.call("GET", "/campaigns")
    assert await entries(bench) == []


async def test_no_password_gets_into_the_log(bench: Bench) -> None:
    headers = token_of(bench, Role.ADMIN)
    new = {"login": "bob", "role": "agent", "password": "four plain words here"}
    await bench.call("POST", "/accounts", 201, json=new, headers=headers)
    await bench.call("PATCH", "/accounts/2", json={"password": "four other words"}, headers=headers)
    await bench.call("POST", "/sessions", 201, json={"login": "bob", "password": "four other words"})
    found = (await bench.call("GET", "/audit", headers=headers))["items"]
    assert [(one["actor"], one["action"]) for one in found] == [
        ("bob", "POST /sessions"),
        ("ann", "PATCH /accounts/{account_id}"),
        ("ann", "POST /accounts"),
    ]
    assert "words" not in str(found)


async def test_the_log_is_filtered_and_paged(bench: Bench) -> None:
    for _ in range(3):
        await bench.add_campaign()
    page = await bench.call("GET", "/audit?limit=2")
    rest = await bench.call("GET", f"/audit?limit=2&cursor={page['cursor']}")
    assert [one["target"] for one in page["items"] + rest["items"]] == ["/campaigns"] * 3
    assert rest["cursor"] is None
    assert await entries(bench, actor="nobody") == []
    await bench.call("GET", "/audit?cursor=x", 422)


async def test_another_tenants_log_is_not_seen(bench: Bench) -> None:
    await bench.add_campaign()
    tenant = bench.live.access.create_tenant("acme", 0.0)
    headers = token_of(bench, Role.ADMIN, tenant_id=tenant.tenant_id)
    assert (await bench.call("GET", "/audit", headers=headers))["items"] == []


async def test_a_log_that_cannot_be_written_does_not_turn_what_was_done_into_a_failure(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def away(*_: object) -> None:
        raise StoreUnavailableError("the cable is out")

    monkeypatch.setattr(bench.live.access, "write_audit", away)
    await bench.add_campaign()
    assert "has no entry in the audit log: the cable is out" in caplog.text
