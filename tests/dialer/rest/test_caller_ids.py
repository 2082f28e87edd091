import pytest

from dialer.messages import PlaceCall
from tests.dialer.rest.conftest import Bench

pytestmark = pytest.mark.anyio

FIRST, SECOND = "+12025550190", "+12025550191"


async def register(bench: Bench, *numbers: str) -> None:
    await bench.call("POST", "/caller-ids", 201, json={"numbers": list(numbers), "label": "ours"})


async def test_numbers_are_registered_listed_relabelled_and_taken_off(bench: Bench) -> None:
    body = {"numbers": [SECOND, FIRST, FIRST], "label": "Washington"}
    assert await bench.call("POST", "/caller-ids", 201, json=body) == {"added": 2, "known": 0}
    first = await bench.client.get("/caller-ids?limit=1")
    assert [one["number"] for one in first.json()["items"]] == [FIRST]
    assert 'rel="next"' in first.headers["link"]
    rest = await bench.call("GET", f"/caller-ids?limit=1&cursor=%2B{first.json()['cursor'][1:]}")
    assert ([one["number"] for one in rest["items"]], rest["cursor"]) == ([SECOND], None)
    path = f"/caller-ids/%2B{FIRST[1:]}"
    tag = (await bench.client.get(path)).headers["etag"]
    changed = await bench.client.patch(path, json={"label": "DC"}, headers={"If-Match": tag})
    assert changed.json()["label"] == "DC"
    await bench.call("PATCH", path, 412, json={"label": "x"}, headers={"If-Match": tag})
    assert (await bench.client.delete(path)).status_code == 204
    await bench.call("GET", path, 404)
    await bench.call("DELETE", path, 404)


async def test_what_is_not_right_is_named(bench: Bench) -> None:
    problem = await bench.call("POST", "/caller-ids", 422, json={"numbers": [FIRST, "2025550191"]})
    assert [one["field"] for one in problem["problems"]] == ["numbers.1"]
    settings = {"name": "x", "skill_group": "s", "caller_ids": {"choice": "rotation"}}
    problem = await bench.call("POST", "/campaigns", 422, json=settings)
    assert [one["field"] for one in problem["problems"]] == ["caller_ids.choice"]
    await register(bench, FIRST)
    settings["caller_ids"] = {"choice": "by_list", "by_list": {"north": SECOND}}
    problem = await bench.call("POST", "/campaigns", 422, json=settings)
    assert [one["field"] for one in problem["problems"]] == ["caller_ids.by_list.north"]
    campaign_id = await bench.add_campaign(caller_id=FIRST)
    problem = await bench.call("DELETE", f"/caller-ids/%2B{FIRST[1:]}", 409)
    assert f"campaign {campaign_id} shows" in problem["detail"]


async def test_calls_show_the_pools_numbers_within_their_caps_and_the_cdr_names_them(bench: Bench) -> None:
    await register(bench, FIRST, SECOND)
    pool = {"choice": "rotation", "calls_per_day_max": 1}
    message = {"treatment": "message", "message": "safe-harbour", "trunk_group": "default"}
    campaign_id = await bench.add_campaign(leads=4, caller_ids=pool, **message)
    await bench.call("POST", f"/campaigns/{campaign_id}/start")
    await bench.until(lambda: len(placed(bench)) == 2)
    await bench.until(lambda: "caller ID" in bench.live.statistics().campaigns[0].decision)
    assert placed(bench) == [FIRST, SECOND]
    await bench.call("PATCH", f"/campaigns/{campaign_id}", json={"caller_ids": {"calls_per_day_max": 2}})
    await bench.until(lambda: len(placed(bench)) == 4)
    assert sorted(placed(bench)) == [FIRST, FIRST, SECOND, SECOND]
    uses = [one["use"]["calls"] for one in (await bench.call("GET", "/caller-ids"))["items"]]
    assert uses == [2, 2]
    attempts = (await bench.call("GET", "/attempts"))["items"]
    assert sorted(one["caller_id"] for one in attempts) == sorted(placed(bench))
    await bench.until(lambda: not bench.live.statistics().campaigns[0].placed)


async def test_a_number_taken_off_is_not_shown_from_the_next_call_on(bench: Bench) -> None:
    await register(bench, FIRST, SECOND)
    campaign_id = await bench.add_campaign(leads=3, caller_ids={"choice": "rotation"})
    await bench.add_agent()
    await bench.call("POST", f"/campaigns/{campaign_id}/start")
    await bench.until(lambda: bench.state_of("ann") == "talking")
    assert placed(bench) == [FIRST]
    assert (await bench.client.delete(f"/caller-ids/%2B{SECOND[1:]}")).status_code == 204
    await bench.call("POST", "/agents/ann/hang-up")
    await bench.call("POST", "/agents/ann/ready")
    await bench.until(lambda: len(placed(bench)) == 2)
    assert placed(bench) == [FIRST, FIRST]
    await bench.until(lambda: bench.state_of("ann") == "talking")
    await bench.call("POST", "/agents/ann/hang-up")
    await bench.until(lambda: bench.state_of("ann") == "acw")
    cdrs = (await bench.call("GET", "/cdrs"))["items"]
    assert {one["calling_number"] for one in cdrs} == {FIRST}
    rows = (await bench.call("GET", "/reports/caller-ids"))["rows"]
    assert [one["caller_id"] for one in rows] == [FIRST]


def placed(bench: Bench) -> list[str]:
    return [command.caller_id for command in bench.gateway.sent if isinstance(command, PlaceCall)]
