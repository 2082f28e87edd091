"""`dialer do-not-call`: who must not be called."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from dialer.commands.client import Client, ServiceUrl

ERASED = (
    ("leads", "leads"),
    ("callbacks", "callbacks"),
    ("attempts", "attempts, of which now nothing says at whom"),
    ("cdrs", "CDRs, likewise"),
    ("evidence", "records of evidence, likewise"),
    ("recordings", "recordings, with their files"),
    ("webhook_deliveries", "webhook deliveries that named a number"),
    ("kept_answers", "answers kept for idempotency keys"),
    ("rejected_rows", "rows in rejects files of imports"),
    ("trace_lines", "lines of the trace"),
)
"""What was found of a person, as a report has it and in words."""

do_not_call_app = typer.Typer(no_args_is_help=True, help="Who must not be called: single numbers and national lists.")


@do_not_call_app.command("add")
def add(
    numbers: Annotated[list[str], typer.Argument(help="E.164, such as +12025550123.")],
    reason: Annotated[str, typer.Option(help="Who asked for it, and when.")] = "",
    campaign: Annotated[int | None, typer.Option(help="Only for this campaign; all, where it is left out.")] = None,
    url: ServiceUrl = None,
) -> None:
    """Put numbers on the list; it holds at once, also for people about to be dialed."""
    path = "/do-not-call" if campaign is None else f"/campaigns/{campaign}/do-not-call"
    done = Client(url).post(path, {"numbers": numbers, "reason": reason})
    typer.echo(f"{done['added']} added, {done['known']} known already.")


@do_not_call_app.command("erase")
def erase(
    number: Annotated[str, typer.Argument(help="E.164; everybody known under it is erased.")],
    reason: Annotated[str, typer.Option(help="Who asked for it, and when; without the number.")] = "",
    url: ServiceUrl = None,
) -> None:
    """Erase a person on request (GDPR): all that stays is that they must not be called.

    They go from leads, callbacks, attempts, CDRs, evidence, recordings, webhook deliveries, kept answers, rejects files
    and traces of the service. Backups are not changed: in a restored one they are erased again.
    """
    found = Client(url).post("/erasures", {"number": number, "reason": reason})
    if not found["done_by"]:
        typer.echo(
            "Not every file could be written yet; it is tried again every minute, and the log says why.", err=True
        )
    typer.echo(f"Erasure {found['erasure_id']}. Found and erased:")
    for field, what in ERASED:
        typer.echo(f"  {found[field]:>6}  {what}")
    typer.echo(
        f"Kept: {found['numbers_suppressed']} numbers on the do-not-call list, so that no list calls them again."
    )


@do_not_call_app.command("erasures")
def erasures(url: ServiceUrl = None) -> None:
    """Which people were erased when, and which engines have looked through their machine."""
    for one in Client(url).all("/erasures"):
        at = datetime.fromtimestamp(one["at"], UTC).strftime("%Y-%m-%d %H:%M")
        records = sum(one[field] for field, _ in ERASED)
        by = ", ".join(one["done_by"]) or "no engine yet"
        typer.echo(f"{one['erasure_id']} {at} UTC: {records} records; files looked through by {by}")


@do_not_call_app.command("load")
def load(
    name: Annotated[str, typer.Argument(help="The list, such as us-national.")],
    file: Annotated[Path, typer.Argument(help="Text, one number on a line.")],
    as_of: Annotated[str, typer.Option(help="The day of this copy, such as 2026-11-28.")],
    region: Annotated[str, typer.Option(help="Country of numbers without a country code, such as US.")] = "",
    url: ServiceUrl = None,
) -> None:
    """Take over a national list in place of the copy there was; sales calls need a fresh one."""
    fields = {"as_of": as_of, "default_region": region}
    loaded = Client(url).upload(f"/do-not-call/lists/{name}", file, fields)
    typer.echo(f"{loaded['list']}: {loaded['numbers']} numbers, as of {as_of}.")


@do_not_call_app.command("lists")
def lists(url: ServiceUrl = None) -> None:
    """The national lists that have been loaded, each with its day as Unix seconds."""
    for name, as_of in Client(url).get("/do-not-call/lists").items():
        typer.echo(f"{name} {as_of:.0f}")
