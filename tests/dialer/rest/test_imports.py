import json

import pytest

from tests.dialer.rest.conftest import Bench

pytestmark = pytest.mark.anyio

LIST = (
    "Phone;Name;Car\n+12025550101;Ann;red\n2025550102;Bob;\n+12025550101;Ann again;\n12;Shorty;\n"
    "+12025550109;Blocked;\n"
)


async def follow(bench: Bench, import_id: int) -> dict[str, object]:
    found: dict[str, object] = {}

    async def has_ended() -> bool:
        found.update(await bench.call("GET", f"/imports/{import_id}"))
        return found["status"] not in {"queued", "running"}

    while not await has_ended():
        await bench.pause()
    return found


async def begin(
    bench: Bench, campaign_id: int, text: str = LIST, status: int = 202, **options: object
) -> dict[str, object]:
    data = {"campaign_id": str(campaign_id), "options": json.dumps(options)}
    files = {"file": ("people.csv", text.encode())}
    found: dict[str, object] = await bench.call("POST", "/imports", status, data=data, files=files)
    return found


async def test_an_import_is_a_job_to_follow(bench: Bench) -> None:
    campaign_id = await bench.add_campaign()
    await bench.call("POST", "/do-not-call", json={"numbers": ["+12025550109"]})
    state = await begin(bench, campaign_id, default_region="us", list_name="March")
    assert (state["status"], state["file_name"]) == ("queued", "people.csv")
    ended = await follow(bench, int(str(state["import_id"])))
    counts = {key: ended[key] for key in ("status", "rows", "accepted", "rejected", "duplicates", "blocked")}
    assert counts == {"status": "finished", "rows": 5, "accepted": 2, "rejected": 2, "duplicates": 1, "blocked": 1}
    assert [one["import_id"] for one in (await bench.call("GET", "/imports"))["items"]] == [state["import_id"]]
    lists = (await bench.call("GET", f"/campaigns/{campaign_id}/lists"))["items"]
    assert [one["name"] for one in lists] == ["March"]
    rejects = await bench.client.get(f"/imports/{state['import_id']}/rejects")
    lines = rejects.content.decode("utf-8-sig").splitlines()
    assert lines[0] == "rejected line,rejected field,rejected value,rejected reason,Phone,Name,Car"
    assert [line.split(",")[0] for line in lines[1:]] == ["5", "6"]
    assert (await bench.call("POST", f"/imports/{state['import_id']}/roll-back"))["removed"] == 2
    statistics = await bench.call("GET", f"/campaigns/{campaign_id}/statistics")
    assert statistics["leads_open"] == 0


async def test_what_cannot_be_imported_is_said(bench: Bench) -> None:
    campaign_id = await bench.add_campaign()
    assert "no campaign 99" in (await begin(bench, 99, status=404))["detail"]  # type: ignore[operator]
    problem = await begin(bench, campaign_id, status=422, duplicates="perhaps")
    assert str(problem["detail"]).startswith("options: Invalid enum value 'perhaps'")
    state = await begin(bench, campaign_id, "city\nCork\n")
    ended = await follow(bench, int(str(state["import_id"])))
    assert ended["status"] == "failed"
    assert str(ended["problem"]).startswith("no column holds the phone number")
    await bench.call("GET", "/imports/99", 404)
    await bench.call("GET", f"/imports/{state['import_id']}/rejects", 404)
    await bench.call("POST", "/imports/99/roll-back", 404)


async def test_another_system_hands_leads_over(bench: Bench) -> None:
    campaign_id = await bench.add_campaign()
    leads = [
        {"number": "202 555 0101", "name": "Ann", "attributes": {"age": 33}, "consent": "yes"},
        {"numbers": [{"number": "+12025550102", "kind": "work"}, {"number": "+12025550103", "priority": 2}]},
        {"number": "+12025550101"},
        {"number": "12"},
    ]
    body = {"leads": leads, "default_region": "US", "list_name": "web"}
    report = await bench.call("POST", f"/campaigns/{campaign_id}/leads/batch", json=body)
    assert (report["rows"], report["accepted"], report["rejected"], report["duplicates"]) == (4, 2, 1, 1)
    assert [(one["line"], one["field"]) for one in report["rejections"]] == [(4, "number")]
    lead = bench.live.store.lead(2)
    assert (lead.number, [one.number for one in lead.numbers]) == ("+12025550103", ["+12025550103", "+12025550102"])
    await bench.call("POST", f"/campaigns/{campaign_id}/leads/batch", 422, json={"leads": []})
    await bench.call("POST", "/campaigns/99/leads/batch", 404, json=body)
