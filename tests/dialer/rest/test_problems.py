import pytest

from campaigns.service.errors import StoreUnavailableError
from dialer.access.accounts import create_account
from dialer.access.model import Role
from tests.dialer.rest.conftest import Bench, token_of

pytestmark = pytest.mark.anyio


async def test_a_path_that_does_not_exist_says_where_to_look(bench: Bench) -> None:
    problem = await bench.call("GET", "/campains", 404)
    assert problem["detail"] == "there is nothing at /api/v1/campains; /api/v1/docs lists what there is"


async def test_a_method_that_does_not_exist_says_so(bench: Bench) -> None:
    assert "DELETE is not possible" in (await bench.call("DELETE", "/campaigns", 405))["detail"]


async def test_a_database_that_is_away_is_503_with_a_time_to_try_again(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: object) -> None:
        raise StoreUnavailableError("the cable is out")

    monkeypatch.setattr(bench.live.store, "campaigns", away)
    problem = await bench.call("GET", "/campaigns", 503)
    assert problem["detail"] == "the cable is out"
    assert (await bench.client.get("/campaigns")).headers["retry-after"] == "5"


async def test_an_unexpected_error_tells_nothing_of_the_inside(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError("secret detail")

    monkeypatch.setattr(bench.live.store, "campaigns", broken)
    problem = await bench.call("GET", "/campaigns", 500)
    assert "secret" not in str(problem)
    assert "log" in problem["detail"]


async def test_a_wrong_id_in_the_path_is_a_problem(bench: Bench) -> None:
    assert (await bench.call("GET", "/campaigns/first", 422))["problems"][0]["field"] == "campaign_id"


@pytest.mark.parametrize(
    ("path", "body", "status", "field"),
    [
        ("/do-not-call", {"numbers": ["+12025550101", "555"]}, 422, "numbers.1"),
        ("/campaigns/1/do-not-call", {"numbers": ["555"]}, 422, "numbers.0"),
        ("/erasures", {"number": "555"}, 422, "number"),
        ("/accounts", {"login": "a b", "role": "agent"}, 422, "login"),
        ("/accounts", {"login": "ann", "role": "agent"}, 409, "login"),
        ("/accounts/1/tokens", {"name": "x", "scopes": ["accounts"]}, 422, "scopes"),
        ("/tenants", {"name": "A", "admin_login": "x", "admin_password": "correct horse battery"}, 422, "name"),
        ("/caller-ids", {"numbers": []}, 422, "numbers"),
        ("/campaigns/1/leads/batch", {"leads": [{}], "default_region": "XX"}, 422, "default_region"),
        ("/campaigns", {"name": "x", "skill_group": "s", "pacing": {"ratio": -1}}, 422, "pacing.ratio"),
        ("/webhooks", {"url": "ftp://x"}, 422, "url"),
    ],
)
async def test_the_field_that_is_wrong_is_named(
    bench: Bench, path: str, body: dict[str, object], status: int, field: str
) -> None:
    await bench.add_campaign()
    create_account(bench.live.access, 1, "ann", Role.AGENT, None, bench.live.clock.now())
    root = token_of(bench, Role.ADMIN, "root")
    problem = await bench.call("POST", path, status, json=body, headers=root)
    assert [one["field"] for one in problem["problems"]] == [field]


async def test_a_wrong_time_zone_and_cursor_are_named(bench: Bench) -> None:
    problem = await bench.call("GET", "/reports/outcomes?time_zone=Nowhere", 422)
    assert problem["problems"][0]["field"] == "time_zone"
    problem = await bench.call("GET", "/cdrs?cursor=x", 422)
    assert problem["problems"][0]["field"] == "cursor"
