import re

import pytest

from dialer.rest.permissions import NEEDS
from tests.dialer.rest.conftest import Bench

pytestmark = pytest.mark.anyio

ROUTES = {(method, f"/api/v1{path}") for method, path in NEEDS}


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
