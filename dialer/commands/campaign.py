"""`dialer campaign`: for campaign managers."""

import json
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import quote, urlencode

import typer
from rich.console import Console
from rich.table import Table

from campaigns.rules.profiles.page import compliance_page
from campaigns.rules.profiles.reading import GENERAL
from campaigns.service.presets import GENERAL_NOTICE
from dialer.commands.client import Client, ServiceUrl
from dialer.commands.errors import EXIT_USAGE, CommandError

campaign_app = typer.Typer(no_args_is_help=True, help="Create, start, pause and stop campaigns.")

CampaignId = Annotated[int, typer.Argument(metavar="CAMPAIGN", help="Its number; see `dialer campaign list`.")]
Changes = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="KEY=VALUE", help="A setting, such as pacing.policy=ratio; repeat it."),
]


@campaign_app.command("create")
def create(
    name: Annotated[str, typer.Argument(help="What the campaign is called.")],
    skill_group: Annotated[str, typer.Option("--skill-group", "-g", help="The agents who take its calls.")],
    country: Annotated[str, typer.Option(help="Begin with the safe settings for this country, such as US.")] = "",
    like: Annotated[int | None, typer.Option(help="Begin with the settings of this campaign.")] = None,
    changes: Changes = None,
    url: ServiceUrl = None,
) -> None:
    """Create a campaign; then import leads and start it.

    With --country it follows that country's rules: hours, holidays, caps, do-not-call lists and the abandon rate.
    Without, only the campaign's own hours and caps hold. What --set says goes before both.
    """
    settings = {"name": name, "skill_group": skill_group} | settings_of(changes or [])
    begin = ({"country": country} if country else {}) | ({} if like is None else {"like": str(like)})
    campaign = Client(url).post(f"/campaigns?{urlencode(begin)}" if begin else "/campaigns", settings)
    if campaign.get("compliance") == GENERAL and "compliance" not in settings:
        typer.echo(f"Note: {GENERAL_NOTICE}", err=True)
    typer.echo(
        f"Created campaign {campaign['campaign_id']}. Next: dialer import FILE.csv --campaign {campaign['campaign_id']}"
    )


@campaign_app.command("list")
def list_all(url: ServiceUrl = None) -> None:
    """List all campaigns."""
    table = Table("campaign", "name", "status", "skill group", "pacing")
    for one in Client(url).all("/campaigns"):
        policy = one["pacing"]["policy"]
        table.add_row(str(one["campaign_id"]), one["name"], one["status"], one["skill_group"], policy)
    Console().print(table)


@campaign_app.command("show")
def show(campaign: CampaignId, url: ServiceUrl = None) -> None:
    """Show a campaign's settings and how it is doing, as JSON."""
    typer.echo(json.dumps(Client(url).get(f"/campaigns/{campaign}/statistics"), indent=2, ensure_ascii=False))


@campaign_app.command("edit")
def edit(campaign: CampaignId, changes: Changes = None, url: ServiceUrl = None) -> None:
    """Change settings, also while it runs."""
    if not changes:
        raise CommandError("nothing to change; say for example --set ring_timeout_s=20", EXIT_USAGE)
    Client(url).patch(f"/campaigns/{campaign}", settings_of(changes))
    typer.echo(f"Changed campaign {campaign}.")


@campaign_app.command("start")
def start(campaign: CampaignId, url: ServiceUrl = None) -> None:
    """Start dialing, or go on after a pause."""
    _change_status(campaign, "start", url)


@campaign_app.command("pause")
def pause(campaign: CampaignId, url: ServiceUrl = None) -> None:
    """Place no new calls, at once."""
    _change_status(campaign, "pause", url)


@campaign_app.command("stop")
def stop(campaign: CampaignId, url: ServiceUrl = None) -> None:
    """Place no new calls, and give reserved leads back."""
    _change_status(campaign, "stop", url)


@campaign_app.command("profiles")
def list_profiles() -> None:
    """Print every compliance profile with its rules and their sources, as Markdown."""
    typer.echo(compliance_page(), nl=False)


@campaign_app.command("evidence")
def evidence(
    campaign: CampaignId,
    file: Annotated[Path, typer.Argument(help="Written: a .csv has a row for each rule, else JSON Lines.")],
    since: Annotated[datetime | None, typer.Option(help="Calls from this day or time on, local time.")] = None,
    until: Annotated[datetime | None, typer.Option(help="Calls before this day or time.")] = None,
    url: ServiceUrl = None,
) -> None:
    """Write why every call of a campaign was allowed, rule by rule, for a period."""
    period = {"since": since, "until": until}
    query = {name: str(at.timestamp()) for name, at in period.items() if at is not None}
    query["format"] = "csv" if file.suffix == ".csv" else "jsonl"
    Client(url).download(f"/campaigns/{campaign}/evidence?{urlencode(query)}", file)
    typer.echo(f"The evidence is in {file} ({file.stat().st_size:,} bytes).")


@campaign_app.command("why")
def why(
    attempt: Annotated[str, typer.Argument(help="The attempt's id, such as 4711-2.")], url: ServiceUrl = None
) -> None:
    """Show why a call was allowed: every rule of the compliance gate, with what it saw."""
    evidence = Client(url).get(f"/attempts/{quote(attempt, safe='')}/evidence")
    if not evidence["verdicts"]:
        typer.echo(f"Attempt {attempt} never passed the gate.")
    for one in evidence["verdicts"]:
        typer.echo(f"{one['rule']}: {one['reason']}")


def settings_of(changes: list[str]) -> dict[str, Any]:
    """Settings from `key=value` words; a dot goes one level down, a value is JSON or else text.

    Raises:
        CommandError: a word is not of that form.
    """
    settings: dict[str, Any] = {}
    for change in changes:
        key, equals, text = change.partition("=")
        if not equals or not all(key.split(".")):
            raise CommandError(f"--set {change!r} is not of the form key=value", EXIT_USAGE)
        *above, last = key.split(".")
        target = settings
        for step in above:
            target = target.setdefault(step, {})
            if not isinstance(target, dict):
                raise CommandError(f"--set {change!r} goes below a setting that was given a plain value", EXIT_USAGE)
        try:
            target[last] = json.loads(text)
        except ValueError:
            target[last] = text
    return settings


def _change_status(campaign_id: int, action: str, url: str | None) -> None:
    campaign = Client(url).post(f"/campaigns/{campaign_id}/{action}")
    typer.echo(f"Campaign {campaign_id} ({campaign['name']}) is {campaign['status']}.")
