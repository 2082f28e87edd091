import pytest

from dialer.access.accounts import create_account
from dialer.access.model import Role, Scope
from dialer.access.throttle import FREE_FAILURES
from tests.dialer.rest.conftest import Bench, token_of

pytestmark = pytest.mark.anyio

PASSWORD = "four plain words here"


async def sign_in(bench: Bench, password: str = PASSWORD, status: int = 201) -> dict[str, str]:
    answer = await bench.call("POST", "/sessions", status, json={"login": "ann", "password": password})
    return {"Authorization": f"Bearer {answer['text']}"} if status == 201 else answer


def add_ann(bench: Bench) -> None:
    create_account(bench.live.access, 1, "ann", Role.SUPERVISOR, PASSWORD, bench.live.clock.now())


async def test_signing_in_and_out(bench: Bench) -> None:
    add_ann(bench)
    headers = await sign_in(bench)
    me = await bench.call("GET", "/me", headers=headers)
    assert (me["login"], me["role"], me["tenant_id"]) == ("ann", "supervisor", 1)
    assert "campaigns:run" in me["scopes"]
    assert "campaigns:write" not in me["scopes"]
    assert (await bench.client.delete("/sessions/current", headers=headers)).status_code == 204
    await bench.call("GET", "/me", 401, headers=headers)


async def test_guessing_passwords_is_slowed_down(bench: Bench) -> None:
    add_ann(bench)
    await sign_in(bench, "wrong", 401)
    for _ in range(FREE_FAILURES + 9):
        bench.app.state.service.throttle.failed("account default ann", bench.live.clock.now())
    answer = await bench.client.post("/sessions", json={"login": "ann", "password": PASSWORD})
    assert answer.status_code == 429
    assert int(answer.headers["retry-after"]) > 60


async def test_a_password_is_changed_by_whoever_knows_it(bench: Bench) -> None:
    add_ann(bench)
    headers = await sign_in(bench)
    change = {"old_password": "not this one", "new_password": "some other words"}
    await bench.call("PUT", "/me/password", 401, json=change, headers=headers)
    change["old_password"] = PASSWORD
    assert (await bench.client.put("/me/password", json=change, headers=headers)).status_code == 204
    await bench.call("GET", "/me", 401, headers=headers)
    await sign_in(bench, "some other words")


async def test_my_tokens(bench: Bench) -> None:
    headers = token_of(bench, Role.ANALYST)
    issued = await bench.call("POST", "/me/tokens", 201, json={"name": "notebook"}, headers=headers)
    assert issued["token"]["scopes"] is None
    path = f"/me/tokens/{issued['token']['token_id']}"
    assert [one["name"] for one in (await bench.call("GET", "/me/tokens", headers=headers))["items"]] == [
        "test",
        "notebook",
    ]
    assert (await bench.client.delete(path, headers=headers)).status_code == 204
    await bench.call("DELETE", path, 404, headers=headers)


async def test_a_token_makes_none_that_can_do_more_than_itself(bench: Bench) -> None:
    headers = token_of(bench, Role.ADMIN, scopes=(Scope.OWN_ACCOUNT, Scope.REPORTS_READ))
    issued = await bench.call("POST", "/me/tokens", 201, json={"name": "same"}, headers=headers)
    assert sorted(issued["token"]["scopes"]) == ["own-account", "reports:read"]
    more = {"name": "more", "scopes": ["accounts"]}
    await bench.call("POST", "/me/tokens", 403, json=more, headers=headers)


async def test_whoever_has_no_account_is_told_so(bench: Bench) -> None:
    me = await bench.call("GET", "/me")
    assert (me["login"], me["account_id"]) == ("this machine", None)
    assert "has no account" in (await bench.call("GET", "/me/tokens", 409))["detail"]
