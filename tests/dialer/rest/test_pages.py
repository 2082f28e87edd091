from typing import Any

import pytest

from campaigns.service.errors import InvalidListingError
from dialer.rest.pages import Paging, page_of
from tests.dialer.rest.conftest import Bench


@pytest.mark.parametrize("rows", [list(range(1, 8)), list("abcdefg"), []])
@pytest.mark.parametrize("limit", [1, 2, 3, 7, 100])
def test_pages_follow_one_another_and_leave_nothing_out(rows: list[int | str], limit: int) -> None:
    found, cursor = [], None
    while True:
        page = page_of(rows, lambda one: one, Paging(limit=limit, cursor=cursor))
        assert len(page.items) <= limit
        found += page.items
        if page.cursor is None:
            break
        cursor = page.cursor
    assert found == rows


def test_pages_of_what_is_newest_first() -> None:
    first = page_of([5, 3, 2], lambda one: one, Paging(limit=2), newest_first=True)
    assert (first.items, first.cursor) == ((5, 3), "3")
    assert page_of([5, 3, 2], lambda one: one, Paging(cursor="3"), newest_first=True).items == (2,)


@pytest.mark.parametrize("cursor", ["", "x", "-1", "1.5", "٣", "9" * 40])
def test_what_is_no_cursor_is_refused(cursor: str) -> None:
    with pytest.raises(InvalidListingError):
        page_of([1, 2], lambda one: one, Paging(cursor=cursor))


def test_a_row_that_has_gone_leaves_its_place() -> None:
    assert page_of([1, 3], lambda one: one, Paging(cursor="2")).items == (3,)


@pytest.mark.anyio
async def test_every_listing_has_a_cursor_and_none_is_a_bare_list(bench: Bench) -> None:
    page = await bench.call("GET", "/openapi.json")
    listings = []
    for path, methods in page["paths"].items():
        said = methods.get("get", {}).get("responses", {}).get("200", {}).get("content", {}).get("application/json", {})
        schema: dict[str, Any] = said.get("schema", {})
        if "$ref" in schema:
            schema = page["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
        assert schema.get("type") != "array", f"{path} has no pages"
        if {"items", "cursor"} <= set(schema.get("properties", {})):
            taken = {one["name"] for one in methods["get"]["parameters"]}
            assert {"limit", "cursor"} <= taken, path
            listings.append(path)
    assert len(listings) >= 14
    for path in (one for one in listings if "{" not in one):
        problem = await bench.client.get(path, params={"cursor": "no/such/page"})
        if problem.status_code == 422:
            assert problem.json()["problems"][0]["field"] == "cursor"


@pytest.mark.anyio
async def test_campaigns_come_page_by_page_and_by_what_they_are(bench: Bench) -> None:
    ids = [await bench.add_campaign(name=name, skill_group=group) for name, group in NAMED]
    first = await bench.client.get("/campaigns?limit=2")
    assert [one["campaign_id"] for one in first.json()["items"]] == ids[:2]
    rest = await bench.client.get(first.headers["link"].partition(">")[0].removeprefix("</api/v1"))
    assert ([one["campaign_id"] for one in rest.json()["items"]], "link" in rest.headers) == (ids[2:], False)
    for query, found in (("skill_group=sales", ids[:2]), ("name=autumn", ids[1:]), ("status=running", [])):
        assert [one["campaign_id"] for one in (await bench.call("GET", f"/campaigns?{query}"))["items"]] == found


NAMED = (("Spring", "sales"), ("Autumn", "sales"), ("AUTUMN again", "service"))
