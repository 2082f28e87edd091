import pytest

from tests.dialer.rest.conftest import Bench

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
