"""How a skip comes about is in test_agents; this is the listing of them."""

import pytest
from msgspec.structs import replace

from campaigns.skips import Skip
from tests.dialer.rest.conftest import Bench

pytestmark = pytest.mark.anyio

SKIP = Skip(
    campaign_id=1, lead_id=1, number="+12025550000", agent_id="ann", skipped_at=5.0, looked_s=2.0, reason="other"
)


async def test_skips_are_listed_by_page_and_filter(bench: Bench) -> None:
    await bench.add_campaign(leads=2)
    bench.live.store.record_skips([replace(SKIP, skipped_at=at, lead_id=1 + int(at) % 2) for at in (5.0, 6.0, 7.0)])
    page = await bench.call("GET", "/skips?limit=2")
    assert [one["skipped_at"] for one in page["items"]] == [7.0, 6.0]
    rest = await bench.call("GET", f"/skips?limit=2&cursor={page['cursor']}")
    assert ([one["skipped_at"] for one in rest["items"]], rest["cursor"]) == ([5.0], None)
    assert [one["skipped_at"] for one in (await bench.call("GET", "/skips?lead_id=1"))["items"]] == [6.0]
    assert (await bench.call("GET", "/skips?agent_id=bob"))["items"] == []
    wrong = await bench.call("GET", "/skips?cursor=7", 422)
    assert [one["field"] for one in wrong["problems"]] == ["cursor"]
