import json
import time

import pytest

from tests.dialer.rest.conftest import Bench

pytestmark = pytest.mark.anyio


async def test_a_call_has_its_evidence(bench: Bench) -> None:
    campaign_id = await bench.add_campaign(leads=1)
    await bench.add_agent()
    await bench.call("POST", f"/campaigns/{campaign_id}/start")
    await bench.until(lambda: bench.state_of("ann") == "talking")
    evidence = await bench.call("GET", "/attempts/1-1/evidence")
    told = {one["rule"]: one for one in evidence["verdicts"]}
    assert told["campaign_running"] == {
        "rule": "campaign_running",
        "is_allowed": True,
        "reason": "the campaign is running",
    }
    assert all(one["is_allowed"] for one in evidence["verdicts"])
    assert "there is no attempt" in (await bench.call("GET", "/attempts/9-9/evidence", 404))["detail"]


async def test_a_national_list_is_taken_over_whole_or_not_at_all(bench: Bench) -> None:
    day = time.strftime("%Y-%m-%d", time.gmtime(time.time() - 86400))
    good = {"file": ("list.txt", b"number;since\n(202) 555-0101;2020\n+12025550102\n")}
    loaded = await bench.call(
        "POST", "/do-not-call/lists/us-national", files=good, data={"as_of": day, "default_region": "us"}
    )
    assert (loaded["list"], loaded["numbers"]) == ("us-national", 2)
    bad = {"file": ("list.txt", b"+12025550101\n12\n")}
    problem = await bench.call("POST", "/do-not-call/lists/us-national", 422, files=bad, data={"as_of": day})
    assert "line 2" in problem["detail"]
    assert list(await bench.call("GET", "/do-not-call/lists")) == ["us-national"]
    problem = await bench.call("POST", "/do-not-call/lists/atlantis", 422, files=good, data={"as_of": day})
    assert "there is no list 'atlantis'" in problem["detail"]


async def test_a_campaign_has_a_list_of_its_own(bench: Bench) -> None:
    campaign_id = await bench.add_campaign(leads=1)
    body = {"numbers": ["+12025550101", "+12025550102"]}
    path = f"/campaigns/{campaign_id}/do-not-call"
    assert await bench.call("POST", path, json=body) == {"added": 2, "known": 0}
    assert await bench.call("POST", path, json=body) == {"added": 0, "known": 2}
    assert "E.164" in (await bench.call("POST", path, 422, json={"numbers": ["12"]}))["detail"]
    await bench.call("POST", "/campaigns/999/do-not-call", 404, json=body)


async def test_a_campaign_begins_with_its_countrys_settings(bench: Bench) -> None:
    body = {"name": "Printemps", "skill_group": "sales"}
    campaign = await bench.call("POST", "/campaigns?country=FR", 201, json=body)
    assert (campaign["compliance"], campaign["time_zone"]) == ("fr", "Europe/Paris")
    copy = await bench.call("POST", f"/campaigns?like={campaign['campaign_id']}", 201, json=body | {"name": "Ete"})
    assert (copy["name"], copy["compliance"], copy["status"]) == ("Ete", "fr", "draft")
    problem = await bench.call("POST", "/campaigns?country=XX", 422, json=body)
    assert problem["problems"][0]["field"] == "country"


async def test_a_campaign_without_a_country_is_told_that_none_holds(bench: Bench) -> None:
    body = {"name": "x", "skill_group": "sales"}
    told = await bench.client.post("/campaigns", json=body)
    assert "compliance is general" in told.headers["Warning"]
    chosen = await bench.client.post("/campaigns", json=body | {"compliance": "general"})
    assert "Warning" not in chosen.headers


async def test_the_evidence_of_a_campaign_comes_as_lines_or_rows(bench: Bench) -> None:
    campaign_id = await bench.add_campaign(leads=1)
    await bench.add_agent()
    await bench.call("POST", f"/campaigns/{campaign_id}/start")
    await bench.until(lambda: bench.state_of("ann") == "talking")
    lines = (await bench.client.get(f"/campaigns/{campaign_id}/evidence")).text.splitlines()
    assert [json.loads(line)["attempt_id"] for line in lines] == ["1-1"]
    assert {"rule": "campaign_running", "is_allowed": True, "reason": "the campaign is running"} in json.loads(
        lines[0]
    )["verdicts"]
    rows = (await bench.client.get(f"/campaigns/{campaign_id}/evidence?format=csv")).text.splitlines()
    assert rows[0].startswith("attempt_id,campaign_id,lead_id,number,caller_id,placed_at,outcome,rule")
    assert len(rows) == 1 + len(json.loads(lines[0])["verdicts"])
    assert (await bench.client.get(f"/campaigns/{campaign_id}/evidence?until=1")).text == ""
    await bench.call("GET", "/campaigns/999/evidence", 404)
    # Nobody can be erased while they are on the line.
    number = json.loads(lines[0])["number"]
    problem = await bench.call("POST", "/erasures", 422, json={"number": number})
    assert "under way" in problem["detail"]


async def test_an_erasure_is_in_the_audit_log_without_the_number(bench: Bench) -> None:
    await bench.add_campaign(leads=1)
    number = "+12025550000"
    erased = await bench.call("POST", "/erasures", json={"number": number, "reason": f"letter of 3 March of {number}"})
    assert (erased["leads"], erased["numbers_suppressed"], erased["done_by"]) == (1, 1, ["engine-1"])
    assert (await bench.call("GET", "/erasures"))["items"] == [erased]
    (entry, *_) = (await bench.call("GET", "/audit"))["items"]
    assert "letter of 3 March" in json.dumps(entry)
    assert number not in json.dumps(entry)
    assert "nobody was erased" in (await bench.call("POST", "/erasures", 422, json={"number": "Jane"}))["detail"]
