"""`dialer do-not-call`: who must not be called."""

from pathlib import Path
from typing import Annotated

import typer

from dialer.commands.client import Client, ServiceUrl

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
    """Erase a person on request (GDPR): all that stays is that they must not be called."""
    found = Client(url).post("/erasures", {"number": number, "reason": reason})
    typer.echo(
        f"Erased from {found['leads']} leads, {found['attempts']} attempts and {found['cdrs']} CDRs; "
        "their numbers are on the do-not-call list."
    )


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
