import pytest

from campaigns.service.errors import StoreUnavailableError
from tests.dialer.rest.conftest import Bench

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
