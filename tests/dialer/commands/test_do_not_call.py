import json
from pathlib import Path

from dialer.commands.do_not_call import ERASED
from tests.dialer.commands.conftest import Dialer, StandIn


def test_numbers_are_added_for_all_or_for_one_campaign(dialer: Dialer, service: StandIn) -> None:
    for arguments, path in [((), "/api/v1/do-not-call"), (("--campaign", "3"), "/api/v1/campaigns/3/do-not-call")]:
        service.will({"added": 1, "known": 1})
        ended = dialer("do-not-call", "add", "+12025550101", "+12025550102", *arguments)
        assert ended.out == "1 added, 1 known already.\n"
        assert service.requests[-1].url.path == path
        assert json.loads(service.requests[-1].content)["numbers"] == ["+12025550101", "+12025550102"]


def test_a_national_list_is_uploaded_with_its_day(dialer: Dialer, service: StandIn, tmp_path: Path) -> None:
    file = tmp_path / "numbers.txt"
    file.write_text("+12025550101\n")
    service.will({"list": "us-national", "numbers": 1, "as_of": 0.0})
    ended = dialer("do-not-call", "load", "us-national", str(file), "--as-of", "2026-11-28")
    assert ended.out == "us-national: 1 numbers, as of 2026-11-28.\n"
    assert service.requests[0].url.path == "/api/v1/do-not-call/lists/us-national"


def test_lists_are_shown(dialer: Dialer, service: StandIn) -> None:
    service.will({"us-national": 1772409600.0})
    assert dialer("do-not-call", "lists").out == "us-national 1772409600\n"


def test_a_person_is_erased(dialer: Dialer, service: StandIn) -> None:
    report = {field: 0 for field, _ in ERASED} | {"erasure_id": 7, "leads": 2, "recordings": 4, "at": 1764331200.0}
    report |= {"numbers_suppressed": 3, "done_by": ["engine-1"]}
    service.will(report)
    ended = dialer("do-not-call", "erase", "+12025550101", "--reason", "letter of 3 March")
    assert ended.out.startswith("Erasure 7. Found and erased:\n       2  leads\n")
    assert "       4  recordings, with their files\n" in ended.out
    assert "Kept: 3 numbers on the do-not-call list" in ended.out
    assert ended.err == ""
    assert service.requests[0].url.path == "/api/v1/erasures"
    service.will(report | {"done_by": []})
    assert "tried again every minute" in dialer("do-not-call", "erase", "+12025550101").err
    service.will({"items": [report], "cursor": None})
    assert dialer("do-not-call", "erasures").out == (
        "7 2025-11-28 12:00 UTC: 6 records; files looked through by engine-1\n"
    )
