import pytest

from dialer.access.model import Role, Scope
from tests.dialer.rest.conftest import Bench, token_of

pytestmark = pytest.mark.anyio

PASSWORD = "four plain words here"


async def test_an_account_is_added_changed_and_switched_off(bench: Bench) -> None:
    headers = token_of(bench, Role.ADMIN, "root")
    new = {"login": "bob", "role": "supervisor", "password": PASSWORD}
    bob = await bench.call("POST", "/accounts", 201, json=new, headers=headers)
    assert (bob["login"], bob["role"], bob["is_active"]) == ("bob", "supervisor", True)
    assert "password" not in str(bob)
    path = f"/accounts/{bob['account_id']}"
    assert await bench.call("GET", path, headers=headers) == bob
    assert [one["login"] for one in (await bench.call("GET", "/accounts", headers=headers))["items"]] == ["root", "bob"]
    changed = await bench.call("PATCH", path, json={"role": "analyst", "is_active": False}, headers=headers)
    assert (changed["role"], changed["is_active"]) == ("analyst", False)
    await bench.call("POST", "/sessions", 401, json={"login": "bob", "password": PASSWORD})


async def test_what_cannot_be_is_said_with_the_field(bench: Bench) -> None:
    headers = token_of(bench, Role.ADMIN, "root")
    weak = await bench.call(
        "POST", "/accounts", 422, json={"login": "bob", "role": "agent", "password": "short"}, headers=headers
    )
    assert weak["problems"][0]["field"] == "password"
    assert "short" not in weak["detail"]
    taken = {"login": "root", "role": "agent"}
    assert "already" in (await bench.call("POST", "/accounts", 409, json=taken, headers=headers))["detail"]
    last = await bench.call("PATCH", "/accounts/1", 409, json={"is_active": False}, headers=headers)
    assert "make another account an admin first" in last["detail"]
    await bench.call("GET", "/accounts/99", 404, headers=headers)


async def test_a_token_is_made_used_narrowed_and_ended(bench: Bench) -> None:
    headers = token_of(bench, Role.ADMIN, "root")
    new = {"name": "warehouse", "scopes": ["results:read"], "expires_in_days": 1}
    issued = await bench.call("POST", "/accounts/1/tokens", 201, json=new, headers=headers)
    narrow = {"Authorization": f"Bearer {issued['text']}"}
    assert (await bench.call("GET", "/cdrs", headers=narrow))["items"] == []
    problem = await bench.call("GET", "/campaigns", 403, headers=narrow)
    assert problem["detail"] == "this needs the scope campaigns:read, which this token does not have"
    listed = await bench.call("GET", "/accounts/1/tokens", headers=headers)
    assert [one["name"] for one in listed["items"]] == ["test", "warehouse"]
    assert issued["text"] not in str(listed)
    path = f"/accounts/1/tokens/{issued['token']['token_id']}"
    assert (await bench.client.delete(path, headers=headers)).status_code == 204
    await bench.call("GET", "/cdrs", 401, headers=narrow)
    await bench.call("DELETE", path, 404, headers=headers)


async def test_a_tenant_comes_with_its_admin(bench: Bench) -> None:
    headers = token_of(bench, Role.ADMIN, "root")
    new = {"name": "acme", "admin_login": "root", "admin_password": PASSWORD}
    tenant = await bench.call("POST", "/tenants", 201, json=new, headers=headers)
    assert [one["name"] for one in (await bench.call("GET", "/tenants", headers=headers))["items"]] == [
        "default",
        "acme",
    ]
    signed_in = await bench.call(
        "POST", "/sessions", 201, json={"tenant": "acme", "login": "root", "password": PASSWORD}
    )
    theirs = {"Authorization": f"Bearer {signed_in['text']}"}
    me = await bench.call("GET", "/me", headers=theirs)
    assert (me["tenant_id"], me["role"]) == (tenant["tenant_id"], "admin")
    assert Scope.TENANTS not in me["scopes"]
    await bench.call("GET", "/tenants", 403, headers=theirs)
    await bench.call("GET", "/accounts/1", 404, headers=theirs)
    await bench.call("POST", "/tenants", 409, json=new, headers=headers)
