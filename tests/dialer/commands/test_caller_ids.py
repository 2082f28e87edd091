import json
from datetime import UTC, datetime
from pathlib import Path

from tests.dialer.commands.conftest import Dialer, StandIn


def test_numbers_are_registered_from_words_and_a_file(dialer: Dialer, service: StandIn, tmp_path: Path) -> None:
    file = tmp_path / "numbers.txt"
    file.write_text("+12025550191\n+12025550192\n")
    service.will({"added": 3, "known": 0})
    ended = dialer("caller-id", "add", "+12025550190", "--file", str(file), "--label", "DC")
    assert ended.out == "3 added, 0 known already.\n"
    body = json.loads(service.requests[0].content)
    assert body == {"numbers": ["+12025550190", "+12025550191", "+12025550192"], "label": "DC"}


def test_a_command_without_numbers_says_what_is_missing(dialer: Dialer, tmp_path: Path) -> None:
    assert "name a number" in dialer("caller-id", "add").err
    assert "cannot be read" in dialer("caller-id", "add", "--file", str(tmp_path / "none.txt")).err


def test_the_list_shows_every_page(dialer: Dialer, service: StandIn) -> None:
    this_half_hour = int(datetime.now(UTC).timestamp() // 1800)
    use = {
        "calls": 7,
        "last_at": 1_770_000_000.0,
        "rests_until": 4e9,
        "day": [[this_half_hour - 40, 3], [this_half_hour, 2]],
    }
    for number, cursor in (("+12025550190", "+12025550190"), ("+12025550191", None)):
        service.will({"items": [{"number": number, "label": "DC", "use": use}], "cursor": cursor})
    ended = dialer("caller-id", "list")
    assert "+12025550190" in ended.out
    assert "+12025550191" in ended.out
    assert "2026-02-02" in ended.out
    (row,) = [line for line in ended.out.splitlines() if "+12025550191" in line]
    assert [cell.strip() for cell in row.strip("│").split("│")][2:6] == ["0", "5", "0", "7"]
    assert "2096-10-02" in row
    assert "cursor=%2B12025550190" in str(service.requests[1].url)


def test_a_number_is_taken_off(dialer: Dialer, service: StandIn) -> None:
    service.will({})
    assert dialer("caller-id", "remove", "+12025550190").out == "+12025550190 is off the register.\n"
    assert service.requests[0].method == "DELETE"
