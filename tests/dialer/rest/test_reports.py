import csv
import io

import pytest
from python_calamine import CalamineWorkbook

from dialer.access.model import Role
from dialer.messages import DigitHeard, GatewayCommand, PlayMessage
from tests.dialer.rest.conftest import Bench, token_of
from tests.dialer.rest.test_listings import dial_all

pytestmark = pytest.mark.anyio

REPORTS = ("campaigns", "outcomes", "agents", "dispositions", "compliance", "caller-ids", "lists", "digits", "usage")


async def test_reports_of_the_same_calls_agree(bench: Bench) -> None:
    await dial_all(bench, 7)
    (campaign,) = (await bench.call("GET", "/reports/campaigns"))["rows"]
    assert (campaign["name"], campaign["attempts"], campaign["message_played"]) == ("spring", 7, 7)
    assert (campaign["leads"], campaign["leads_dialed"], campaign["answer_rate"]) == (7, 7, 1.0)
    for grouping in ("hour", "day", "list", "attempt-number", "caller-id", "trunk"):
        report = await bench.call("GET", f"/reports/outcomes?by={grouping}&campaign_id=1")
        assert sum(row["attempts"] for row in report["rows"]) == 7
    (numbers,) = (await bench.call("GET", "/reports/caller-ids"))["rows"]
    assert (numbers["caller_id"], numbers["recent_placed"], numbers["flag"]) == ("+12025550199", 7, "")
    (day,) = (await bench.call("GET", "/reports/compliance"))["rows"]
    assert (day["placed"], day["answered"], day["abandoned"]) == (7, 7, 0)
    (leads,) = (await bench.call("GET", "/reports/lists"))["rows"]
    assert (leads["list"], leads["leads_reached"]) == ("(no list)", 7)


async def test_agents_have_their_time_and_calls(bench: Bench) -> None:
    await bench.talk()
    await bench.live.agents_time.write()
    report = await bench.call("GET", "/reports/agents?by=hour")
    assert {row["agent_id"] for row in report["rows"]} == {"ann"}
    assert sum(row["pauses"] for row in report["rows"]) == 1
    assert all(row["signed_in_s"] > 0 for row in report["rows"])


@pytest.mark.parametrize("name", REPORTS)
async def test_every_report_comes_in_three_forms(bench: Bench, name: str) -> None:
    await dial_all(bench, 2)
    report = await bench.call("GET", f"/reports/{name}")
    assert (report["report"], report["time_zone"]) == (name, "UTC")
    answer = await bench.client.get(f"/reports/{name}", headers={"Accept": "text/csv"})
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    assert len(rows) == len(report["rows"])
    answer = await bench.client.get(f"/reports/{name}?format=xlsx")
    assert answer.headers["content-disposition"] == f'attachment; filename="{name}.xlsx"'
    sheet = CalamineWorkbook.from_object(io.BytesIO(answer.content)).get_sheet_by_index(0).to_python()
    assert len(sheet) == len(rows) + 1
    if rows:
        assert set(sheet[0]) == set(rows[0]) == set(report["rows"][0])


@pytest.mark.parametrize("name", ["attempts", "cdrs"])
async def test_rows_come_as_files_for_spreadsheets(bench: Bench, name: str) -> None:
    await dial_all(bench, 3)
    rows = list(csv.DictReader(io.StringIO((await bench.client.get(f"/reports/{name}")).text)))
    number = "number" if name == "attempts" else "called_number"
    assert {row[number] for row in rows} == {f"'+1202555{index:04d}" for index in range(3)}
    content = (await bench.client.get(f"/reports/{name}?format=xlsx&outcome=message_played")).content
    sheet = CalamineWorkbook.from_object(io.BytesIO(content)).get_sheet_by_index(0).to_python()
    assert {row[sheet[0].index(number)] for row in sheet[1:]} == {f"+1202555{index:04d}" for index in range(3)}


async def test_the_period_and_the_zone_are_the_callers(bench: Bench) -> None:
    await dial_all(bench, 2)
    now = bench.live.clock.now()
    for query, expected in [(f"since={now - 60}", 2), (f"until={now - 600}", 0), (f"since={now + 60}", 0)]:
        report = await bench.call("GET", f"/reports/campaigns?{query}")
        assert report["rows"][0]["attempts"] == expected
    report = await bench.call("GET", "/reports/outcomes?by=hour-of-day&time_zone=Asia/Kolkata")
    assert report["time_zone"] == "Asia/Kolkata"
    problem = await bench.call("GET", "/reports/outcomes?time_zone=Mars", 422)
    assert "Mars" in problem["detail"]
    assert (await bench.call("GET", "/reports/outcomes?by=colour", 422))["problems"][0]["field"] == "by"


async def test_another_tenants_calls_are_in_no_report(bench: Bench) -> None:
    await dial_all(bench, 2)
    tenant_id = bench.live.access.create_tenant("acme", bench.live.clock.now()).tenant_id
    theirs = token_of(bench, Role.ANALYST, "eve", tenant_id)
    for name in REPORTS:
        assert (await bench.call("GET", f"/reports/{name}", headers=theirs))["rows"] == []
        await bench.call("GET", f"/reports/{name}?campaign_id=1", 404, headers=theirs)
    for name in ("attempts", "cdrs"):
        text = (await bench.client.get(f"/reports/{name}", headers=theirs)).text
        assert len(text.splitlines()) == 1


async def test_usage_and_digits_are_those_of_the_calls(bench: Bench) -> None:
    await dial_all(bench, 5)
    (used,) = (await bench.call("GET", "/reports/usage"))["rows"]
    assert (used["calls"], used["answered"], used["imports"], used["name"]) == (5, 5, 0, "spring")
    assert used["answered_s"] > 0
    by_day = (await bench.call("GET", "/reports/usage?by=day&campaign_id=1"))["rows"]
    assert sum(row["calls"] for row in by_day) == 5
    assert (await bench.call("GET", "/reports/digits?by=month"))["rows"] == []
    await bench.call("GET", "/reports/usage?by=hour", 422)


async def test_an_admin_of_the_installation_sees_what_every_tenant_used(bench: Bench) -> None:
    await dial_all(bench, 2)
    acme = bench.live.access.create_tenant("acme", 0.0).tenant_id
    theirs, ours = token_of(bench, Role.ADMIN, "root", acme), token_of(bench, Role.ADMIN, "root")
    (used,) = (await bench.call("GET", "/tenants/usage", headers=ours))["rows"]
    assert (used["tenant_id"], used["calls"]) == (1, 2)
    assert (await bench.call("GET", "/reports/usage", headers=theirs))["rows"] == []
    await bench.call("GET", "/tenants/usage", 403, headers=theirs)


async def test_a_key_pressed_during_the_message_is_reported_and_blocks_the_number(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    usual = bench.gateway._act

    def presses_nine(command: GatewayCommand) -> None:
        if isinstance(command, PlayMessage):
            bench.live.post(DigitHeard(call_id=command.call_id, digit="9"))
        else:
            usual(command)

    monkeypatch.setattr(bench.gateway, "_act", presses_nine)
    await dial_all(bench, 2)
    # What the keys mean is written after the results.
    await bench.until(lambda: bench.live.worker.counters().get("dispositions_written") == 2)
    (nine,) = (await bench.call("GET", "/reports/digits"))["rows"]
    assert (nine["digit"], nine["calls"], nine["first"], nine["answered"]) == ("9", 2, 2, 2)
    blocking = {"numbers": [f"+1202555{index:04d}" for index in range(2)]}
    assert await bench.call("POST", "/do-not-call", json=blocking) == {"added": 0, "known": 2}
