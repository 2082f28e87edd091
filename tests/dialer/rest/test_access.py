import pytest

from tests.dialer.rest.conftest import Bench, Stage

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize("header", [{}, {"Authorization": "Bearer wrong"}, {"Authorization": "Basic aHVzaDo="}])
async def test_with_a_token_nothing_but_health_goes_without_it(stage: Stage, header: dict[str, str]) -> None:
    bench = await stage.start(service={"token": "hush"})
    for method, path in [("GET", "/campaigns"), ("POST", "/campaigns"), ("GET", "/statistics"), ("GET", "/cdrs")]:
        problem = await bench.call(method, path, 401, headers=header)
        assert "Authorization: Bearer" in problem["detail"]
    assert (await bench.client.get("/campaigns")).headers["www-authenticate"] == "Bearer"
    assert (await bench.client.get("/statistics/stream")).status_code == 401
    assert (await bench.call("GET", "/health"))["is_ok"]


async def test_the_token_opens_the_door(stage: Stage) -> None:
    bench = await stage.start(service={"token": "hush"})
    assert (await bench.call("GET", "/campaigns", headers={"Authorization": "Bearer hush"}))["items"] == []


async def test_without_a_token_a_web_page_of_another_site_is_refused(bench: Bench) -> None:
    problem = await bench.call("POST", "/campaigns/1/start", 403, headers={"Origin": "https://evil.example"})
    assert "[service] token" in problem["detail"]
    own = {"Origin": "http://127.0.0.1:8080"}
    assert (await bench.call("GET", "/campaigns", headers=own))["items"] == []


@pytest.mark.parametrize("host", ["evil.example", "evil.example:8080", ""])
async def test_without_a_token_another_name_for_this_machine_is_refused(bench: Bench, host: str) -> None:
    await bench.call("GET", "/campaigns", 403, headers={"Host": host})


@pytest.mark.parametrize("host", ["localhost:8080", "127.0.0.1", "[::1]:8080", "[::1]"])
async def test_this_machines_own_names_are_let_in(bench: Bench, host: str) -> None:
    assert (await bench.call("GET", "/campaigns", headers={"Host": host}))["items"] == []
