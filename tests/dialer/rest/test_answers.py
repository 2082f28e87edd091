from typing import Any

import pytest

from campaigns.model import Campaign
from tests.dialer.rest.conftest import Bench

pytestmark = pytest.mark.anyio


def references(value: Any) -> set[str]:
    if isinstance(value, dict):
        own = {value["$ref"]} if isinstance(value.get("$ref"), str) else set()
        return own.union(*(references(one) for one in value.values()))
    if isinstance(value, list):
        return set().union(*(references(one) for one in value))
    return set()


async def test_every_schema_that_is_named_exists(bench: Bench) -> None:
    page = await bench.call("GET", "/openapi.json")
    known = {f"#/components/schemas/{name}" for name in page["components"]["schemas"]}
    assert references(page) <= known


async def test_a_campaigns_settings_are_described_field_by_field(bench: Bench) -> None:
    schemas = (await bench.call("GET", "/openapi.json"))["components"]["schemas"]
    fields = set(Campaign.__struct_fields__) - {"campaign_id", "status", "tenant_id"}
    assert set(schemas["CampaignSettings"]["properties"]) == fields
    assert schemas["CampaignSettings"]["required"] == ["name", "skill_group"]
    assert set(schemas["CampaignChanges"]["properties"]) == fields
    assert schemas["Campaign"]["properties"]["ring_timeout_s"]["default"] == 25.0
