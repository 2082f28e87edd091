"""Each role against each route, as `docs/reference/roles.md` says: the page is read, not the tables behind it."""

import re
from pathlib import Path
from typing import Any

import pytest

from dialer.access.accounts import create_account, issue_token
from dialer.access.model import Role
from dialer.live.desk import LiveDesk
from dialer.rest.permissions import roles_page
from tests.dialer.rest.conftest import Bench

pytestmark = pytest.mark.anyio

PAGE = Path(__file__).parents[3] / "docs" / "reference" / "roles.md"
ENDS_THE_TOKEN = ("DELETE", "/sessions/current")


def rows(page: str) -> list[list[str]]:
    cells = [[cell.strip().strip("`") for cell in line.strip("|").split("|")] for line in page.splitlines()]
    return [row for row in cells if len(row) > 1]


def documented() -> dict[tuple[str, str], set[str] | None]:
    """Roles by route; None for a route that is open to everyone."""
    table = rows(PAGE.read_text())
    names = next(row[1:-1] for row in table if row[0] == "scope")
    roles_by_scope = {
        row[0]: {name for name, mark in zip(names, row[1:-1], strict=True) if mark == "yes"}
        for row in table
        if len(row) == len(names) + 2
    }
    routes = [row for row in table if len(row) == 2 and re.match(r"(GET|POST|PUT|PATCH|DELETE) /", row[0])]
    return {
        (route.split()[0], route.split()[1]): None if scope == "–" else roles_by_scope[scope] for route, scope in routes
    }


def test_the_page_is_as_the_tables_are() -> None:
    assert PAGE.read_text() == roles_page(), "write it anew: dialer account roles > docs/reference/roles.md"


async def test_every_documented_route_exists_and_the_other_way_round(bench: Bench) -> None:
    page = await bench.call("GET", "/openapi.json")
    found = {(method.upper(), path.removeprefix("/api/v1")) for path in page["paths"] for method in page["paths"][path]}
    assert set(documented()) == found


@pytest.mark.parametrize("role", list(Role))
async def test_each_role_gets_what_the_page_says(bench: Bench, role: Role, monkeypatch: pytest.MonkeyPatch) -> None:
    # The stream would never end; an answer that there are too many readers shows that the role was let in.
    monkeypatch.setattr(LiveDesk, "is_full", True)
    # An admin that stays, so that no request is refused for being about the last one.
    create_account(bench.live.access, 1, "root", Role.ADMIN, None, bench.live.clock.now())
    account = create_account(bench.live.access, 1, "ann", role, None, bench.live.clock.now())
    text = issue_token(bench.live.access, account, "test", None, 3600.0, bench.live.clock.now()).text
    headers = {"Authorization": f"Bearer {text}"}
    routes = sorted(documented().items(), key=lambda one: one[0] == ENDS_THE_TOKEN)
    wrong: list[Any] = []
    for (method, path), roles in routes:
        # Ids that exist nowhere, an agent's own desk, and no body: who is let in gets as far as 404, 409 or 422.
        filled = re.sub(r"\{\w+\}", "999999999", path.replace("{agent_id}", "ann"))
        status = (await bench.client.request(method, filled, headers=headers)).status_code
        is_let_in = status not in {401, 403}
        if is_let_in != (roles is None or role in roles) or status == 500:
            wrong.append((method, path, status))
        without = await bench.client.request(method, filled)
        if (without.status_code == 401) != (roles is not None):
            wrong.append((method, path, "without a token", without.status_code))
    assert wrong == []


async def test_an_agent_is_kept_to_their_own_desk(bench: Bench) -> None:
    now = bench.live.clock.now()
    account = create_account(bench.live.access, 1, "ann", Role.AGENT, None, now)
    headers = {"Authorization": f"Bearer {issue_token(bench.live.access, account, 'x', None, 60.0, now).text}"}
    assert (await bench.call("GET", "/agents/ann", headers=headers))["agent"]["state"] == "offline"
    problem = await bench.call("POST", "/agents/bob/login", 403, headers=headers)
    assert "their own desk alone, /agents/ann" in problem["detail"]
    problem = await bench.call("GET", "/agents/bob", 403, headers=headers)
