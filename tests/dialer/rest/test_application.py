import re

import pytest

from tests.dialer.rest.conftest import Bench

pytestmark = pytest.mark.anyio

ROUTES = {
    ("POST", "/api/v1/campaigns"),
    ("GET", "/api/v1/campaigns"),
    ("GET", "/api/v1/campaigns/{campaign_id}"),
    ("PATCH", "/api/v1/campaigns/{campaign_id}"),
    ("POST", "/api/v1/campaigns/{campaign_id}/leads"),
    ("POST", "/api/v1/campaigns/{campaign_id}/start"),
    ("POST", "/api/v1/campaigns/{campaign_id}/pause"),
    ("POST", "/api/v1/campaigns/{campaign_id}/stop"),
    ("GET", "/api/v1/campaigns/{campaign_id}/statistics"),
    ("GET", "/api/v1/attempts"),
    ("GET", "/api/v1/cdrs"),
    ("POST", "/api/v1/do-not-call"),
    ("GET", "/api/v1/agents"),
    ("GET", "/api/v1/agents/{agent_id}"),
    ("POST", "/api/v1/agents/{agent_id}/login"),
    ("POST", "/api/v1/agents/{agent_id}/ready"),
    ("POST", "/api/v1/agents/{agent_id}/pause"),
    ("POST", "/api/v1/agents/{agent_id}/hint"),
    ("POST", "/api/v1/agents/{agent_id}/logout"),
    ("POST", "/api/v1/agents/{agent_id}/hang-up"),
    ("POST", "/api/v1/agents/{agent_id}/disposition"),
    ("GET", "/api/v1/statistics"),
    ("GET", "/api/v1/statistics/stream"),
    ("GET", "/api/v1/health"),
    ("POST", "/api/v1/sessions"),
    ("DELETE", "/api/v1/sessions/current"),
    ("GET", "/api/v1/me"),
    ("PUT", "/api/v1/me/password"),
    ("GET", "/api/v1/me/tokens"),
    ("POST", "/api/v1/me/tokens"),
    ("DELETE", "/api/v1/me/tokens/{token_id}"),
    ("GET", "/api/v1/accounts"),
    ("POST", "/api/v1/accounts"),
    ("GET", "/api/v1/accounts/{account_id}"),
    ("PATCH", "/api/v1/accounts/{account_id}"),
    ("GET", "/api/v1/accounts/{account_id}/tokens"),
    ("POST", "/api/v1/accounts/{account_id}/tokens"),
    ("DELETE", "/api/v1/accounts/{account_id}/tokens/{token_id}"),
    ("GET", "/api/v1/tenants"),
    ("POST", "/api/v1/tenants"),
    ("GET", "/api/v1/audit"),
    ("GET", "/api/v1/attempts/{attempt_id}/evidence"),
    ("GET", "/api/v1/do-not-call/lists"),
    ("POST", "/api/v1/do-not-call/lists/{name}"),
    ("POST", "/api/v1/campaigns/{campaign_id}/do-not-call"),
}


async def test_the_openapi_page_lists_every_route(bench: Bench) -> None:
    page = await bench.call("GET", "/openapi.json")
    found = {(method.upper(), path) for path, methods in page["paths"].items() for method in methods}
    assert found == ROUTES


async def test_the_docs_page_is_there_and_the_root_leads_to_it(bench: Bench) -> None:
    assert (await bench.client.get("/docs")).status_code == 200
    root = await bench.client.get("http://127.0.0.1:8080/")
    assert root.headers["location"] == "/api/v1/docs"


async def test_the_docs_page_needs_nothing_from_the_net(bench: Bench) -> None:
    page = (await bench.client.get("/docs")).text
    addresses = re.findall(r"""(?:src|href)=["']([^"']+)""", page)
    assert len(addresses) == 3
    for address in addresses:
        assert address.startswith("/api/v1/docs-assets/")
        assert (await bench.client.get(f"http://127.0.0.1:8080{address}")).status_code == 200
