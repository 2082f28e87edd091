"""`dialer caller-id`: the numbers of one's own that calls may show."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated
from urllib.parse import quote

import msgspec
import typer
from rich.console import Console
from rich.table import Table

from campaigns.caller_ids import CallerIdUse, ShownWithin
from campaigns.rules.caller_ids import calls_within
from dialer.commands.client import Client, ServiceUrl
from dialer.commands.errors import EXIT_USAGE, CommandError

NUMBER_LENGTH_MAX = 16
"""Characters of an E.164 number with its plus sign."""

caller_id_app = typer.Typer(
    no_args_is_help=True,
    help="""The numbers of your own that calls may show.

    Register them here; then let a campaign show them in turn, by list, or by the called person's area code:

    dialer caller-id add +12025550100 +13105550100 --label "DC and LA"

    dialer campaign edit 3 --set caller_ids.choice=local --set caller_ids.calls_per_day_max=100

    dialer campaign edit 3 --set caller_ids.calls_per_hour_max=20 --set caller_ids.calls_per_week_max=400

    dialer campaign edit 3 --set caller_ids.rest_after_calls=50 --set caller_ids.rest_s=3600

    A cap holds for any 60 minutes, 24 hours or 7 days, over all campaigns; it is counted in forty-eighths of them.
    """,
)


@caller_id_app.command("add")
def add(
    numbers: Annotated[list[str] | None, typer.Argument(help="E.164, such as +12025550123.")] = None,
    label: Annotated[str, typer.Option(help="What they are for, or who let them.")] = "",
    file: Annotated[Path | None, typer.Option(help="Text, one number on a line.")] = None,
    url: ServiceUrl = None,
) -> None:
    """Register numbers; those registered already get the label."""
    wanted = [*(numbers or ()), *_lines(file)]
    if not wanted:
        raise CommandError("name a number, or a --file of them", EXIT_USAGE)
    done = Client(url).post("/caller-ids", {"numbers": wanted, "label": label})
    typer.echo(f"{done['added']} added, {done['known']} known already.")


@caller_id_app.command("list")
def list_all(url: ServiceUrl = None) -> None:
    """List the registered numbers and how often each has been shown, in the windows of the caps as they are now."""
    now = datetime.now(UTC).timestamp()
    table = Table("number", "label", "last hour", "24 hours", "7 days", "ever", "last shown", "rests until")
    # The other columns may be folded; a number cut short is none.
    table.columns[0].min_width = NUMBER_LENGTH_MAX
    for one in Client(url).all("/caller-ids"):
        use = msgspec.convert(one["use"], CallerIdUse)
        counts = [str(calls_within(use, within, now)) for within in ShownWithin]
        rest = _clock(use.rests_until) if now < use.rests_until else "-"
        table.add_row(one["number"], one["label"], *counts, str(use.calls), _clock(use.last_at), rest)
    Console().print(table)


@caller_id_app.command("remove")
def remove(number: Annotated[str, typer.Argument(help="E.164.")], url: ServiceUrl = None) -> None:
    """Take a number off the register: no campaign shows it from the next call on."""
    Client(url).delete(f"/caller-ids/{quote(number, safe='')}")
    typer.echo(f"{number} is off the register.")


def _lines(file: Path | None) -> list[str]:
    if file is None:
        return []
    try:
        return file.read_text(encoding="utf-8").split()
    except (OSError, UnicodeError) as error:
        raise CommandError(f"{file} cannot be read: {error}", EXIT_USAGE) from None


def _clock(at: float) -> str:
    return f"{datetime.fromtimestamp(at, UTC):%Y-%m-%d %H:%M} UTC" if at else "-"
