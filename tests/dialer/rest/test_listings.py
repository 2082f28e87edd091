import csv
import io

import pytest

from campaigns.model import Attempt, Cdr
from tests.dialer.rest.conftest import Bench

pytestmark = pytest.mark.anyio


async def dial_all(bench: Bench, leads: int) -> None:
    """An agentless campaign: every person answers and hears the message."""
    campaign_id = await bench.add_campaign(leads=leads, treatment="message")
    await bench.call("POST", f"/campaigns/{campaign_id}/start")
    await bench.until(lambda: bench.live.worker.counters().get("results_written") == leads)


async def test_attempts_and_cdrs_come_page_by_page(bench: Bench) -> None:
    await dial_all(bench, 7)
    for path, key in [("/attempts", "attempt_id"), ("/cdrs", "call_id")]:
        seen: list[str] = []
        query = f"{path}?limit=3&campaign_id=1"
        pages = 0
        while query:
            answer = await bench.client.get(query)
            page = answer.json()
            seen += [row[key] for row in page["items"]]
            pages += 1
            link = answer.headers.get("link")
            assert (link is None) == (page["cursor"] is None)
            query = "" if link is None else link[1 : link.index(">")].removeprefix("/api/v1")
        assert pages == 3
        assert sorted(seen) == sorted(f"{lead_id}-1" for lead_id in range(1, 8))


async def test_filters_narrow_the_listing(bench: Bench) -> None:
    await dial_all(bench, 3)
    assert len((await bench.call("GET", "/cdrs?outcome=message_played"))["items"]) == 3
    assert (await bench.call("GET", "/cdrs?outcome=busy"))["items"] == []
    assert (await bench.call("GET", "/attempts?campaign_id=2"))["items"] == []
    assert (await bench.call("GET", "/attempts?agent_id=ann"))["items"] == []
    assert (await bench.call("GET", "/attempts?since=99999999999"))["items"] == []


@pytest.mark.parametrize(
    ("query", "field"),
    [("outcome=happy", "outcome"), ("limit=0", "limit"), ("limit=1001", "limit"), ("colour=red", "colour")],
)
async def test_a_wrong_filter_is_named(bench: Bench, query: str, field: str) -> None:
    assert (await bench.call("GET", f"/attempts?{query}", 422))["problems"][0]["field"] == field


async def test_a_made_up_cursor_is_refused(bench: Bench) -> None:
    problem = await bench.call("GET", "/attempts?cursor=abc", 422)
    assert "cursor" in problem["detail"]


@pytest.mark.parametrize(("path", "row"), [("/attempts", Attempt), ("/cdrs", Cdr)])
async def test_csv_has_all_rows_of_all_pages(
    bench: Bench, path: str, row: type[Attempt | Cdr], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dialer.rest.listings.PAGE_MAX", 2)
    await dial_all(bench, 5)
    by_query = await bench.client.get(f"{path}?format=csv")
    by_header = await bench.client.get(path, headers={"Accept": "text/csv"})
    assert by_query.text == by_header.text
    assert by_query.headers["content-type"] == "text/csv; charset=utf-8"
    rows = list(csv.DictReader(io.StringIO(by_query.text)))
    assert list(rows[0]) == list(row.__struct_fields__)
    assert len(rows) == 5
    assert rows[0]["outcome"] == "message_played"
    assert rows[0]["agent_id"] == ""


async def test_csv_with_a_wrong_filter_is_still_a_problem(bench: Bench) -> None:
    assert "cursor" in (await bench.call("GET", "/cdrs?format=csv&cursor=abc", 422))["detail"]
