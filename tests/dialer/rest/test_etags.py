import pytest

from dialer.access.model import Role
from tests.dialer.rest.conftest import Bench, token_of

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize(
    ("path", "body", "change"),
    [
        ("/campaigns", {"name": "spring", "skill_group": "sales"}, {"priority": 3}),
        ("/webhooks", {"url": "https://receiver.example"}, {"events": ["attempt.ended"]}),
    ],
)
async def test_a_writer_is_told_that_somebody_was_faster(
    bench: Bench, path: str, body: dict[str, object], change: dict[str, object]
) -> None:
    await bench.call("POST", path, 201, json=body)
    tag = (await bench.client.get(f"{path}/1")).headers["etag"]
    unchanged = await bench.client.get(f"{path}/1", headers={"If-None-Match": f'"other", {tag}'})
    assert (unchanged.status_code, unchanged.content) == (304, b"")
    mine = await bench.client.patch(f"{path}/1", json=change, headers={"If-Match": tag})
    assert mine.status_code == 200
    assert mine.headers["etag"] != tag
    problem = await bench.call("PATCH", f"{path}/1", 412, json=change, headers={"If-Match": tag})
    assert "read it again" in problem["detail"]
    assert (await bench.client.get(f"{path}/1", headers={"If-None-Match": tag})).status_code == 200
    assert (await bench.client.patch(f"{path}/1", json=change, headers={"If-Match": "*"})).status_code == 200
    await bench.call("PATCH", f"{path}/1", json=change)


async def test_an_account_a_start_and_a_deletion_too(bench: Bench) -> None:
    root = token_of(bench, Role.ADMIN, "root")
    await bench.call("POST", "/accounts", 201, json={"login": "bob", "role": "agent"}, headers=root)
    tag = (await bench.client.get("/accounts/2", headers=root)).headers["etag"]
    changed = await bench.client.patch("/accounts/2", json={"role": "analyst"}, headers=root | {"If-Match": tag})
    assert changed.headers["etag"] != tag
    await bench.call("PATCH", "/accounts/2", 412, json={"role": "agent"}, headers=root | {"If-Match": tag})
    body = {"name": "spring", "skill_group": "sales"}
    await bench.call("POST", "/campaigns", 201, json=body, headers=root)
    stale = root | {"If-Match": (await bench.client.get("/campaigns/1", headers=root)).headers["etag"]}
    await bench.call("PATCH", "/campaigns/1", json={"priority": 3}, headers=root)
    await bench.call("POST", "/campaigns/1/start", 412, headers=stale)
    await bench.call("POST", "/webhooks", 201, json={"url": "https://receiver.example"}, headers=root)
    await bench.call("DELETE", "/webhooks/1", 412, headers=stale)
    assert (await bench.client.delete("/webhooks/1", headers=root | {"If-Match": "*"})).status_code == 204
