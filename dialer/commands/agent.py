"""`dialer agent` and `dialer status`: an agent's desk in its simplest form, and a look at the floor."""

from datetime import datetime
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from dialer.commands.client import Client, ServiceUrl

agent_app = typer.Typer(no_args_is_help=True, help="An agent's desk: log in, go ready, pause, hang up, log out.")

COLUMNS = ("campaign", "status", "hopper", "ringing", "queued", "bridged", "attempts", "abandoned")

AgentId = Annotated[str, typer.Argument(metavar="AGENT", help="The agent's name, for example ann.")]


@agent_app.command("login")
def log_in(
    agent: AgentId,
    skill_group: Annotated[list[str], typer.Option("--skill-group", "-g", help="Whose calls to take; repeat it.")],
    address: Annotated[
        str, typer.Option("--address", "-a", help="The phone: 1001, sip:ann@192.0.2.10 or +12025550123.")
    ],
    url: ServiceUrl = None,
) -> None:
    """Log in: the phone is called and stays connected; then go ready."""
    body = {"skill_groups": skill_group, "address": address}
    _show(Client(url).post(f"/agents/{agent}/login", body))


@agent_app.command("ready")
def go_ready(agent: AgentId, url: ServiceUrl = None) -> None:
    """Want calls; ends a break, and after-call work too."""
    _show(Client(url).post(f"/agents/{agent}/ready"))


@agent_app.command("pause")
def pause(agent: AgentId, reason: Annotated[str, typer.Option(help="Why.")] = "", url: ServiceUrl = None) -> None:
    """Take a break; during a call it begins afterwards."""
    _show(Client(url).post(f"/agents/{agent}/pause", {"reason": reason}))


@agent_app.command("preview")
def preview(agent: AgentId, url: ServiceUrl = None) -> None:
    """Look at the next lead of a preview campaign; then dial it, or skip it."""
    _show(Client(url).post(f"/agents/{agent}/preview"))


@agent_app.command("dial")
def dial(agent: AgentId, url: ServiceUrl = None) -> None:
    """Call the lead that the agent looks at."""
    _show(Client(url).post(f"/agents/{agent}/preview/dial"))


@agent_app.command("skip")
def skip(
    agent: AgentId,
    reason: Annotated[str, typer.Argument(help="Why; a wrong word is answered with those there are.")] = "",
    note: Annotated[str, typer.Option(help="Why, in the agent's own words.")] = "",
    url: ServiceUrl = None,
) -> None:
    """Do not call the lead that the agent looks at, and say why; it comes up again later.

    Reasons are bad_time, in_contact, not_suited, wrong_details and other, which needs a --note. A campaign may have
    other ones: see its `skip_reasons`. A --note alone will do, too.
    """
    _show(Client(url).post(f"/agents/{agent}/preview/skip", {"reason": reason, "note": note}))


@agent_app.command("hang-up")
def hang_up(agent: AgentId, url: ServiceUrl = None) -> None:
    """End the call on the line."""
    _show(Client(url).post(f"/agents/{agent}/hang-up"))


@agent_app.command("disposition")
def set_disposition(
    agent: AgentId,
    attempt: Annotated[str, typer.Argument(help="The attempt, such as 4711-2.")],
    disposition: Annotated[str, typer.Argument(help="What came of it; a wrong word is answered with those there are.")],
    call_at: Annotated[
        datetime | None, typer.Option(help="For a callback: when to call, local time, such as 2026-12-01T15:00.")
    ] = None,
    window_minutes: Annotated[
        int, typer.Option(min=1, help="For how long only the agent named calls; then anybody may.")
    ] = 60,
    callback_agent: Annotated[str, typer.Option(help="Who is to call; anybody, where it is left out.")] = "",
    url: ServiceUrl = None,
) -> None:
    """Say what came of a call; ends after-call work.

    A sale or refusal closes the lead, do_not_call puts the number on the do-not-call list, wrong_number tries the next
    number, callback calls again at --call-at. A campaign may have other words for these: see its `dispositions`.
    """
    body: dict[str, Any] = {"attempt_id": attempt, "disposition": disposition}
    if call_at is not None:
        starts_at = call_at.timestamp()
        ends_at = starts_at + 60 * window_minutes
        body["callback"] = {"starts_at": starts_at, "ends_at": ends_at, "agent_id": callback_agent}
    _show(Client(url).post(f"/agents/{agent}/disposition", body))


@agent_app.command("digits")
def send_digits(
    agent: AgentId,
    digits: Annotated[str, typer.Argument(help="Keys to press: 0 to 9, *, #, A to D; quote what has a #.")],
    url: ServiceUrl = None,
) -> None:
    """Press keys to whoever is on the line: an extension, or a choice in a company's menu."""
    _show(Client(url).post(f"/agents/{agent}/digits", {"digits": digits}))


@agent_app.command("logout")
def log_out(agent: AgentId, url: ServiceUrl = None) -> None:
    """Leave; a conversation in progress is ended."""
    _show(Client(url).post(f"/agents/{agent}/logout"))


@agent_app.command("show")
def show(agent: AgentId, url: ServiceUrl = None) -> None:
    """Show an agent's state, and whom they have on the line."""
    _show(Client(url).get(f"/agents/{agent}"))


def status_command(url: ServiceUrl = None) -> None:
    """Show agents, calls, abandon rates and pacing decisions right now."""
    statistics = Client(url).get("/statistics")
    console = Console()
    states = ", ".join(f"{count} {state}" for state, count in statistics["agents_by_state"].items() if count)
    console.print(f"agents: {states or 'nobody is logged in'}; occupancy {_percent(statistics['occupancy'])}")
    table = Table(
        "campaign", "status", "hopper", "ringing", "queued", "bridged", "attempts", "abandoned", "last decision"
    )
    for one in statistics["campaigns"]:
        table.add_row(
            f"{one['campaign_id']} {one['name']}",
            one["status"],
            str(one["hopper"]),
            str(one["placed"] + one["ringing"]),
            str(one["queued"]),
            str(one["bridged"]),
            str(one["attempts"]),
            f"{_percent(one['abandon_rate'])} of {one['answered']}",
        )
    if not statistics["campaigns"]:
        console.print("no campaign is running")
        return
    console.print(table)
    for one in statistics["campaigns"]:
        if one["decision"]:
            console.print(f"{one['campaign_id']} {one['name']}: {one['decision']}", markup=False, highlight=False)


def _show(answer: dict[str, Any]) -> None:
    agent, call = answer["agent"], answer["call"]
    text = f"{agent['agent_id']} is {agent['state']}"
    if agent["state"] != "offline":
        text += f" ({', '.join(agent['skill_groups'])})"
    if call is not None:
        doing = "looks at" if agent["state"] == "previewing" else "on the line:"
        text += f"; {doing} {call['name'] or 'no name'}, {call['number']}, attempt {call['attempt_id']}"
    typer.echo(text)


def _percent(rate: float | None) -> str:
    return "–" if rate is None else f"{100 * rate:.1f} %"
