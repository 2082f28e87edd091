"""No route may be added without saying who may use it."""

import re
from typing import Any

from fastapi.routing import APIRoute
from starlette.routing import BaseRoute

from dialer.rest import compliance, imports, leads
from dialer.rest.application import ROUTERS
from dialer.rest.owners import OWNERS
from dialer.rest.permissions import NEEDS


def routes() -> set[tuple[str, str]]:
    uploads = (leads.router, imports.router, compliance.uploads)
    found: list[Any] = [route for router in (*ROUTERS, *uploads) for route in router.routes]
    declared: list[BaseRoute] = found
    return {(method, route.path) for route in declared if isinstance(route, APIRoute) for method in route.methods}


def test_every_route_has_its_line() -> None:
    without = routes() - set(NEEDS)
    assert not without, f"say in dialer/rest/permissions.py which scope these need: {sorted(without)}"


def test_every_line_has_its_route() -> None:
    gone = set(NEEDS) - routes()
    assert not gone, f"these routes are gone; take them out of dialer/rest/permissions.py: {sorted(gone)}"


def test_every_path_parameter_has_its_owner() -> None:
    names = {name for _, path in routes() for name in re.findall(r"{(\w+)", path)}
    without = names - set(OWNERS)
    assert not without, f"say in dialer/rest/owners.py whose thing these name: {sorted(without)}"
