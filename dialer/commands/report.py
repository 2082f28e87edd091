"""`dialer report`: what came of the calls, on the screen or as a file."""

import json
import sys
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import typer
from rich.console import Console
from rich.table import Table

from dialer.commands.client import Client, ServiceUrl
from dialer.commands.errors import EXIT_USAGE, CommandError

REPORTS = {
    "campaigns": "each campaign's leads, attempts by outcome, answer and abandon rate, talk time",
    "outcomes": "attempts by outcome, grouped --by hour, day, list, attempt-number, caller-id, agent, ...",
    "agents": "time by state, calls, ACW and occupancy; workload with --by hour",
    "dispositions": "what agents said of their calls",
    "skips": "leads that agents looked at and did not call, by agent and reason",
    "compliance": "abandon rate per campaign and day by each regulator's own definition",
    "caller-ids": "answer rate of each caller ID; flagged when it falls beyond chance",
    "lists": "imported, rejected, duplicate rows; leads dialed, reached, numbers that do not exist",
    "digits": "keys pressed during calls; with --by hour, day or month",
    "usage": "calls, answered time, agents' time, recordings kept, rows imported, by month or --by day",
    "attempts": "every attempt (files only)",
    "cdrs": "every call detail record (files only)",
}
FILES_ONLY = ("attempts", "cdrs")
COLUMNS_LEFT_OUT = frozenset({"rejected", "congestion", "interrupted", "talk_s", "lost", "message_played"})
"""On the screen, which is narrow; files have every column."""
COLUMNS_FIRST = ("campaign_id", "list_id", "name", "list", "status", "group", "agent_id", "caller_id", "day", "period")
"""What a row is about."""
WIDTH_MAX = 500
"""Characters of a line that is no longer a table for anybody."""
HELP = "What came of the calls.\n\n" + "\n\n".join(f"`{name}`: {said}" for name, said in REPORTS.items())


def report_command(
    name: Annotated[str, typer.Argument(metavar="NAME", help=f"One of {', '.join(REPORTS)}.")],
    campaign: Annotated[int | None, typer.Option(help="One campaign; all, where it is left out.")] = None,
    by: Annotated[str | None, typer.Option(help="How `outcomes`, `agents`, `digits` and `usage` are grouped.")] = None,
    list_id: Annotated[int | None, typer.Option("--list", help="Leads of one list; 0: of none.")] = None,
    since: Annotated[str | None, typer.Option(help="First day, 2026-03-01, or `today`, `yesterday`.")] = None,
    until: Annotated[str | None, typer.Option(help="Last day, included.")] = None,
    time_zone: Annotated[str | None, typer.Option(help="Of days and hours; the campaign's, or else UTC.")] = None,
    csv: Annotated[Path | None, typer.Option("--csv", metavar="FILE", help="Write CSV; - for the screen.")] = None,
    xlsx: Annotated[Path | None, typer.Option("--xlsx", metavar="FILE", help="Write an Excel file.")] = None,
    json_file: Annotated[
        Path | None, typer.Option("--json", metavar="FILE", help="Write JSON; - for the screen.")
    ] = None,
    url: ServiceUrl = None,
) -> None:
    """Show a report, or write it to a file."""
    if name not in REPORTS:
        raise CommandError(f"there is no report {name!r}; there are: {', '.join(REPORTS)}", EXIT_USAGE)
    client = Client(url)
    zone = _zone(client, campaign, time_zone)
    last = None if until is None else _day(until, zone) + timedelta(days=1)
    query = {
        "campaign_id": campaign,
        "list_id": list_id,
        "by": by,
        "since": None if since is None else _day(since, zone).timestamp(),
        "until": None if last is None else datetime(last.year, last.month, last.day, tzinfo=zone).timestamp(),
        "time_zone": zone.key if time_zone or name in FILES_ONLY else None,
    }
    if name in FILES_ONLY:
        query.pop("list_id")
    given = {key: value for key, value in query.items() if value is not None}
    wanted = [(form, file) for form, file in (("csv", csv), ("xlsx", xlsx), ("json", json_file)) if file is not None]
    if name in FILES_ONLY and any(form == "json" for form, _ in wanted):
        raise CommandError(
            f"{name} comes as --csv or --xlsx; GET /api/v1/{name} has it as JSON, page by page", EXIT_USAGE
        )
    if name in FILES_ONLY and not wanted:
        raise CommandError(f"{name} may be millions of rows: name a file with --csv or --xlsx", EXIT_USAGE)
    for form, file in wanted:
        _write(client, f"/reports/{name}?{urlencode({**given, 'format': form})}", form, file)
    if not wanted:
        _show(client.get(f"/reports/{name}?{urlencode(given)}"))


def _write(client: Client, path: str, form: str, file: Path) -> None:
    if str(file) == "-":
        if form == "xlsx":
            raise CommandError("an Excel file cannot be shown on the screen; name a file", EXIT_USAGE)
        sys.stdout.write(client.text(path))
        return
    client.download(path, file)
    typer.echo(f"{file} is written ({file.stat().st_size:,} bytes).", err=True)


def _show(report: dict[str, Any]) -> None:
    rows = report["rows"]
    if not rows:
        typer.echo("There is nothing yet that this report could tell of.")
        return
    zone = ZoneInfo(report["time_zone"])
    empty = {name for name in rows[0] if all(row[name] in (None, "", 0) for row in rows)}
    own = [name for name in COLUMNS_FIRST if name in rows[0]]
    names = [name for name in (*own, *rows[0]) if name not in empty | COLUMNS_LEFT_OUT]
    _print(list(dict.fromkeys(names)), rows, zone)
    typer.echo(f"Times in {report['time_zone']}. Every column: --csv FILE or --xlsx FILE.", err=True)


def _print(names: list[str], rows: list[dict[str, Any]], zone: ZoneInfo) -> None:
    """A table where it has room, or else row below row: cells cut down to three letters tell nobody anything."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    for name in names:
        is_text = all(isinstance(row[name], str) for row in rows)
        table.add_column(_heading(name), justify="left" if is_text else "right")
    for row in rows:
        table.add_row(*(_shown(name, row[name], zone) for name in names))
    console = Console()
    # With a height too, or else it goes by the screen where that is a plain one.
    needed = Console(width=WIDTH_MAX, height=1).measure(table).maximum
    if not console.is_terminal:
        # Piped into a file or a pager, a table is as wide as it is.
        Console(width=max(needed, console.width), height=1).print(table)
    elif needed <= console.width:
        console.print(table)
    else:
        for row in rows:
            block = Table(box=None, pad_edge=False, show_header=False)
            for name in names:
                block.add_row(_heading(name), _shown(name, row[name], zone))
            console.print(block, "")


def _heading(name: str) -> str:
    return name.removesuffix("_rate").replace("_", " ")


def _shown(name: str, value: Any, zone: ZoneInfo) -> str:
    if value is None:
        return "–"
    if name.endswith("_rate"):
        return f"{value:.1%}"
    if name.endswith("_at"):
        return datetime.fromtimestamp(value, zone).strftime("%Y-%m-%d %H:%M")
    if isinstance(value, float):
        return f"{value:,.4g}" if name.endswith("_p") else f"{value:,.1f}"
    # Rich reads brackets as marks of its own.
    return str(value).replace("[", "\\[") if isinstance(value, str) else json.dumps(value)


def _zone(client: Client, campaign: int | None, name: str | None) -> ZoneInfo:
    """The zone in which days are meant: the one named, or else the campaign's, as the service takes it."""
    if name is None:
        name = "UTC" if campaign is None else str(client.get(f"/campaigns/{campaign}")["time_zone"])
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        raise CommandError(f"{name!r} is no time zone such as Europe/London", EXIT_USAGE) from None


def _day(text: str, zone: ZoneInfo) -> datetime:
    """The beginning of a day."""
    today = datetime.now(zone).replace(hour=0, minute=0, second=0, microsecond=0, fold=0)
    if text in {"today", "yesterday"}:
        return today - timedelta(days=int(text == "yesterday"))
    try:
        found = datetime.strptime(text, "%Y-%m-%d")  # noqa: DTZ007 - the zone follows
    except ValueError:
        raise CommandError(f"{text!r} is no day; write it as 2026-03-01, or today, or yesterday", EXIT_USAGE) from None
    return found.replace(tzinfo=zone)
