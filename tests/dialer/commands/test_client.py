from pathlib import Path

import httpx
import pytest

from tests.dialer.commands.conftest import Dialer, StandIn


def test_the_service_is_the_one_of_the_settings_with_its_token(
    dialer: Dialer, service: StandIn, tmp_path: Path
) -> None:
    (tmp_path / "dialer.toml").write_text('[service]\nport = 9123\ntoken = "hush"\n')
    service.will({"items": [], "cursor": None})
    assert dialer("campaign", "list").code == 0
    (request,) = service.requests
    assert str(request.url) == "http://127.0.0.1:9123/api/v1/campaigns?limit=1000"
    assert request.headers["authorization"] == "Bearer hush"


@pytest.mark.parametrize("how", ["option", "variable"])
def test_another_service_can_be_named(
    dialer: Dialer, service: StandIn, how: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    service.will({"items": [], "cursor": None})
    if how == "option":
        dialer("campaign", "list", "--url", "http://dialer.example:1/")
    else:
        monkeypatch.setenv("DIALER_URL", "http://dialer.example:1")
        dialer("campaign", "list")
    assert str(service.requests[0].url) == "http://dialer.example:1/api/v1/campaigns?limit=1000"
    assert "authorization" not in service.requests[0].headers


def test_no_service_there_says_how_to_start_one(dialer: Dialer, service: StandIn) -> None:
    service.will(httpx.ConnectError("refused"))
    ended = dialer("campaign", "list")
    assert ended.code == 1
    assert ended.err == (
        "dialer: no dialer answers at http://127.0.0.1:8080; start one with `dialer serve`, or name it with --url\n"
    )


def test_a_service_that_does_not_answer_is_named(dialer: Dialer, service: StandIn) -> None:
    service.will(httpx.ReadTimeout("too long"))
    assert "does not answer: ReadTimeout: too long" in dialer("campaign", "list").err


def test_what_is_no_url_is_said_so(dialer: Dialer) -> None:
    ended = dialer("campaign", "list", "--url", "ftp://x")
    assert (ended.code, ended.err) == (2, "dialer: 'ftp://x' is not a URL such as http://127.0.0.1:8080\n")


def test_a_problem_is_told_in_its_own_words(dialer: Dialer, service: StandIn) -> None:
    service.will({"title": "Not found", "status": 404, "detail": "there is no campaign 7; list them"}, 404)
    ended = dialer("campaign", "start", "7")
    assert (ended.code, ended.err) == (1, "dialer: there is no campaign 7; list them\n")


def test_several_problems_are_told_line_by_line(dialer: Dialer, service: StandIn) -> None:
    problems = [{"field": "name", "message": "must not be empty"}, {"field": "pacing.ratio", "message": "is too high"}]
    service.will({"title": "", "status": 422, "detail": "both", "problems": problems}, 422)
    ended = dialer("campaign", "create", "", "-g", "x")
    assert ended.err == ("dialer: the request is not right:\n  name: must not be empty\n  pacing.ratio: is too high\n")


def test_a_missing_token_says_which_variable_to_set(dialer: Dialer, service: StandIn) -> None:
    service.will({"title": "", "status": 401, "detail": ""}, 401)
    assert "DIALER_SERVICE_TOKEN" in dialer("campaign", "list").err


@pytest.mark.parametrize("answer", ["hello", {"error": 1}, []])
def test_another_program_at_the_address_is_suspected(dialer: Dialer, service: StandIn, answer: object) -> None:
    service.will(answer, 500)
    assert "is it another program's address?" in dialer("campaign", "list").err
