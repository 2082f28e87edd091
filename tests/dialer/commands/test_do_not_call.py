import json
from pathlib import Path

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
    service.will({"leads": 2, "attempts": 5, "cdrs": 4})
    ended = dialer("do-not-call", "erase", "+12025550101", "--reason", "letter of 3 March")
    assert ended.out.startswith("Erased from 2 leads, 5 attempts and 4 CDRs")
    assert service.requests[0].url.path == "/api/v1/erasures"
