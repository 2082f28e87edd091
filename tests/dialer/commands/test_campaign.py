import json
from pathlib import Path

import httpx
import pytest

from dialer.commands import client
from dialer.commands.campaign import settings_of
from dialer.commands.errors import CommandError
from tests.dialer.commands.conftest import Dialer, StandIn

CAMPAIGN = {
    "campaign_id": 3,
    "name": "spring",
    "status": "running",
    "skill_group": "sales",
    "pacing": {"policy": "predictive"},
}


def test_create_says_what_comes_next(dialer: Dialer, service: StandIn) -> None:
    service.will(CAMPAIGN, 201)
    ended = dialer("campaign", "create", "spring", "-g", "sales", "--set", "pacing.policy=ratio", "--set", "priority=2")
    assert ended.out == "Created campaign 3. Next: dialer import FILE.csv --campaign 3\n"
    assert json.loads(service.requests[0].content) == {
        "name": "spring",
        "skill_group": "sales",
        "pacing": {"policy": "ratio"},
        "priority": 2,
    }


def test_create_says_so_where_no_countrys_rules_hold(dialer: Dialer, service: StandIn) -> None:
    service.will({**CAMPAIGN, "compliance": "general"}, 201)
    ended = dialer("campaign", "create", "spring", "-g", "sales")
    assert "compliance is general" in ended.err
    assert "US, GB" in ended.err
    service.will({**CAMPAIGN, "compliance": "general"}, 201)
    assert dialer("campaign", "create", "spring", "-g", "sales", "--set", "compliance=general").err == ""


def test_create_may_begin_with_a_country_or_another_campaign(dialer: Dialer, service: StandIn) -> None:
    service.will(CAMPAIGN, 201)
    dialer("campaign", "create", "spring", "-g", "sales", "--country", "FR", "--like", "2")
    assert dict(service.requests[0].url.params) == {"country": "FR", "like": "2"}


def test_why_shows_the_evidence(dialer: Dialer, service: StandIn) -> None:
    verdict = {"rule": "calling_window", "is_allowed": True, "reason": "it is Mon 12:00 in Europe/London"}
    service.will({"attempt_id": "7-1", "verdicts": [verdict]})
    assert dialer("campaign", "why", "7-1").out == "calling_window: it is Mon 12:00 in Europe/London\n"
    assert service.requests[0].url.path == "/api/v1/attempts/7-1/evidence"
    service.will({"attempt_id": "7-2", "verdicts": []})
    assert dialer("campaign", "why", "7-2").out == "Attempt 7-2 never passed the gate.\n"


def test_profiles_are_printed_with_their_sources(dialer: Dialer) -> None:
    assert "16 CFR 310.4(c)" in dialer("campaign", "profiles").out


def test_list_is_a_table(dialer: Dialer, service: StandIn) -> None:
    service.will({"items": [CAMPAIGN], "cursor": None})
    out = dialer("campaign", "list").out
    for word in ("3", "spring", "running", "sales", "predictive"):
        assert word in out


def test_show_is_json(dialer: Dialer, service: StandIn) -> None:
    service.will({"campaign": CAMPAIGN, "attempts": 5})
    assert json.loads(dialer("campaign", "show", "3").out)["attempts"] == 5
    assert service.requests[0].url.path == "/api/v1/campaigns/3/statistics"


def test_edit_sends_the_changes_and_wants_some(dialer: Dialer, service: StandIn) -> None:
    service.will(CAMPAIGN)
    assert dialer("campaign", "edit", "3", "--set", "caller_id=+12025550100", "--set", "calling_window=null").code == 0
    assert service.requests[0].method == "PATCH"
    assert json.loads(service.requests[0].content) == {"caller_id": "+12025550100", "calling_window": None}
    assert dialer("campaign", "edit", "3").code == 2


@pytest.mark.parametrize("action", ["start", "pause", "stop"])
def test_start_pause_and_stop(dialer: Dialer, service: StandIn, action: str) -> None:
    service.will(CAMPAIGN)
    assert dialer("campaign", action, "3").out == "Campaign 3 (spring) is running.\n"
    assert (service.requests[0].method, service.requests[0].url.path) == ("POST", f"/api/v1/campaigns/3/{action}")


def test_values_are_json_or_else_text() -> None:
    assert settings_of(["a=1", "b=true", "c=x y", "d=[1]", "e=+12025550100", "f.g=1.5", "f.h=", "i=null"]) == {
        "a": 1,
        "b": True,
        "c": "x y",
        "d": [1],
        "e": "+12025550100",
        "f": {"g": 1.5, "h": ""},
        "i": None,
    }


@pytest.mark.parametrize("change", ["a", "=1", "a.=1", ".a=1", "a..b=1"])
def test_a_word_without_a_key_and_a_value_is_refused(change: str) -> None:
    with pytest.raises(CommandError, match="is not of the form key=value"):
        settings_of([change])


def test_a_plain_value_has_nothing_below_it() -> None:
    with pytest.raises(CommandError, match="goes below a setting"):
        settings_of(["a=1", "a.b=2"])


def test_evidence_is_written_to_a_file(dialer: Dialer, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    asked: list[httpx.URL] = []

    def download(_: client.Client, path: str, target: Path) -> None:
        asked.append(httpx.URL(path))
        target.write_text("attempt_id")

    monkeypatch.setattr(client.Client, "download", download)
    for name, form in (("evidence.csv", "csv"), ("evidence.jsonl", "jsonl")):
        ended = dialer("campaign", "evidence", "3", str(tmp_path / name), "--since", "2026-03-01")
        assert ended.out == f"The evidence is in {tmp_path / name} (10 bytes).\n"
        assert (asked[-1].path, asked[-1].params["format"]) == ("/campaigns/3/evidence", form)
        assert float(asked[-1].params["since"]) > 1.7e9
