import json
from pathlib import Path
from urllib.parse import parse_qs

import httpx
import pytest

from dialer.commands import client
from tests.dialer.commands.conftest import Dialer, StandIn

ROW = {"campaign_id": None, "group": "[09:00]", "attempts": 1200, "answer_rate": 0.25, "first_at": 86400.0, "lost": 3,
       "wait_mean_s": None, "fall_p": 0.00012}  # fmt: skip


def report(*rows: dict[str, object]) -> dict[str, object]:
    return {"report": "outcomes", "since": None, "until": None, "time_zone": "UTC", "rows": rows}


def query(service: StandIn) -> dict[str, list[str]]:
    return parse_qs(service.requests[-1].url.query.decode())


def test_a_report_is_shown_as_a_table(dialer: Dialer, service: StandIn) -> None:
    service.will(report(ROW))
    ended = dialer("report", "outcomes", "--by", "hour")
    assert service.requests[-1].url.path == "/api/v1/reports/outcomes"
    header, line = ended.out.splitlines()
    assert header.split() == ["group", "attempts", "answer", "first", "at", "fall", "p"]
    assert line.split() == ["[09:00]", "1200", "25.0%", "1970-01-02", "00:00", "0.00012"]
    assert "Times in UTC" in ended.err
    service.will(report())
    assert "There is nothing yet" in dialer("report", "outcomes").out


WIDE = {f"counted_{number}_calls": 10_000 + number for number in range(12)} | {"campaign_id": 4, "name": "Spring offer"}


def test_a_table_that_is_piped_is_as_wide_as_it_is_and_begins_with_what_a_row_is_about(
    dialer: Dialer, service: StandIn
) -> None:
    service.will(report(WIDE))
    header, line = dialer("report", "campaigns").out.splitlines()
    assert header.startswith("campaign id  name ")
    assert line.split()[:4] == ["4", "Spring", "offer", "10000"]
    assert line.split()[-1] == "10011"


def test_on_a_narrow_screen_rows_stand_one_below_the_other(
    dialer: Dialer, service: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TTY_COMPATIBLE", "1")
    monkeypatch.setenv("TERM", "dumb")  # without marks for bold
    monkeypatch.setenv("COLUMNS", "60")
    service.will(report(WIDE, WIDE | {"name": "Autumn"}))
    lines = [line.strip() for line in dialer("report", "campaigns").out.splitlines()]
    assert lines[0].split() == ["campaign", "id", "4"]
    assert [line.split()[-1] for line in lines if line.startswith("name")] == ["offer", "Autumn"]
    assert lines.count("") == 2


def test_days_are_those_of_the_campaign(dialer: Dialer, service: StandIn) -> None:
    service.will({"time_zone": "America/New_York"})
    service.will(report(ROW))
    dialer("report", "outcomes", "--campaign", "3", "--since", "2026-03-07", "--until", "2026-03-08")
    asked = query(service)
    assert asked["campaign_id"] == ["3"]
    # The eighth has 23 hours there.
    assert float(asked["until"][0]) - float(asked["since"][0]) == 47 * 3600


@pytest.mark.parametrize("form", ["csv", "xlsx", "json"])
def test_a_report_is_written_to_a_file(
    dialer: Dialer, service: StandIn, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, form: str
) -> None:
    asked: list[str] = []

    def download(_: client.Client, path: str, target: Path) -> None:
        asked.append(path)
        target.write_bytes(b"content")

    monkeypatch.setattr(client.Client, "download", download)
    ended = dialer("report", "lists", f"--{form}", f"lists.{form}")
    assert ended.err == f"lists.{form} is written (7 bytes).\n"
    assert asked == [f"/reports/lists?format={form}"]


def test_csv_and_json_may_go_to_the_screen(dialer: Dialer, service: StandIn) -> None:
    service.answers.append(httpx.Response(200, text="group,attempts\r\n1,2\r\n"))
    assert dialer("report", "outcomes", "--csv", "-").out.splitlines() == ["group,attempts", "1,2"]
    service.will(report(ROW))
    assert json.loads(dialer("report", "outcomes", "--json", "-").out)["rows"][0]["attempts"] == 1200


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("colours",), "there is no report 'colours'"),
        (("attempts",), "name a file with --csv or --xlsx"),
        (("cdrs", "--json", "x"), "GET /api/v1/cdrs"),
        (("lists", "--since", "soon"), "'soon' is no day"),
        (("lists", "--time-zone", "Mars"), "'Mars' is no time zone"),
        (("lists", "--xlsx", "-"), "cannot be shown"),
    ],
)
def test_what_cannot_be_is_said(dialer: Dialer, service: StandIn, arguments: tuple[str, ...], said: str) -> None:
    ended = dialer("report", *arguments)
    assert ended.code == 2
    assert said in ended.err


def test_help_names_every_report(dialer: Dialer) -> None:
    said = dialer("report", "--help").out
    assert "caller-ids" in said
    assert "regulator" in said
