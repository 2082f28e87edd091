import csv
import io

import pytest
from pyarrow import parquet

from tests.dialer.rest.conftest import Bench
from tests.dialer.rest.test_listings import dial_all

pytestmark = pytest.mark.anyio


async def test_leads_come_page_by_page_and_by_filter(bench: Bench) -> None:
    await bench.add_campaign(leads=5)
    seen: list[int] = []
    cursor = ""
    while True:
        page = await bench.call("GET", f"/campaigns/1/leads?limit=2{cursor}")
        seen += [lead["lead_id"] for lead in page["items"]]
        if page["cursor"] is None:
            break
        cursor = f"&cursor={page['cursor']}"
    assert seen == [1, 2, 3, 4, 5]
    assert (await bench.call("GET", "/campaigns/1/leads?status=closed"))["items"] == []
    assert (await bench.call("GET", "/campaigns/1/leads?status=lost", 422))["problems"][0]["field"] == "status"
    await bench.call("GET", "/campaigns/1/leads?cursor=abc&format=csv", 422)
    await bench.call("GET", "/campaigns/9/leads", 404)


async def test_a_number_is_searched_for_in_a_body_and_never_in_an_address(bench: Bench) -> None:
    await bench.add_campaign(leads=5)
    found = await bench.call("POST", "/campaigns/1/leads/search", json={"number": "+12025550003", "limit": 1})
    assert ([lead["name"] for lead in found["items"]], found["cursor"]) == (["Person 3"], None)
    closed = await bench.call("POST", "/campaigns/1/leads/search", json={"number": "+12025550003", "status": "closed"})
    assert closed["items"] == []
    refused = await bench.call("POST", "/campaigns/1/leads/search", 422, json={"list_id": 1})
    assert refused["problems"][0]["field"] == "number"
    answer = await bench.client.get("/campaigns/1/leads", params={"number": "+12025550003"})
    assert (answer.status_code, answer.json()["problems"][0]["field"]) == (422, "number")
    await bench.call("POST", "/campaigns/9/leads/search", 404, json={"number": "+12025550003"})


async def test_leads_come_as_files_with_all_pages(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dialer.rest.lead_listing.PAGE_MAX", 2)
    await bench.add_campaign(leads=5)
    text = (await bench.client.get("/campaigns/1/leads", headers={"Accept": "text/csv"})).text
    assert [row["number"] for row in csv.DictReader(io.StringIO(text))] == [f"+1202555{i:04d}" for i in range(5)]
    answer = await bench.client.get("/campaigns/1/leads?format=parquet")
    assert answer.headers["content-disposition"] == 'attachment; filename="leads.parquet"'
    table = parquet.read_table(io.BytesIO(answer.content))
    assert table.column("number").to_pylist() == [f"+1202555{index:04d}" for index in range(5)]


@pytest.mark.parametrize(("path", "column"), [("/attempts", "number"), ("/cdrs", "called_number")])
async def test_attempts_and_cdrs_come_as_parquet(bench: Bench, path: str, column: str) -> None:
    await dial_all(bench, 3)
    content = (await bench.client.get(f"{path}?format=parquet")).content
    table = parquet.read_table(io.BytesIO(content))
    assert sorted(table.column(column).to_pylist()) == [f"+1202555{index:04d}" for index in range(3)]
