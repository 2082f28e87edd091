"""The `dialer` command: the front door for everyone, with commands that packages above hang under it."""

import ast
import sys
from collections.abc import Sequence
from importlib.metadata import EntryPoint, entry_points
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import typer
from typer.core import TyperGroup

from dialer.commands.access import account_app, token_app
from dialer.commands.agent import agent_app, status_command
from dialer.commands.caller_ids import caller_id_app
from dialer.commands.campaign import campaign_app
from dialer.commands.database import database_app
from dialer.commands.do_not_call import do_not_call_app
from dialer.commands.errors import CommandError, explained
from dialer.commands.lead_import import import_command
from dialer.commands.replay import replay_command
from dialer.commands.report import HELP as REPORT_HELP
from dialer.commands.report import report_command
from dialer.commands.serve import serve_command
from dialer.commands.settings import config_command, version_command

PLUGINS = "dialer.commands"
"""Entry points of this group are subcommands: each names a `typer.Typer`; its module's docstring is the summary."""

PLAN = EntryPoint(name="plan", value="dialer.commands.plan:plan_app", group=PLUGINS)
"""Loaded for itself alone: numpy and scipy, which its formulas need, take as long as all the rest."""

OPERATORS = "For operators: install, run and look after the service"
MANAGERS = "For campaign managers: whom to call"
AGENTS = "For agents and supervisors: the floor"
DEVELOPERS = "For developers"
MORE = "More: simulation and demos"

HELP = """A predictive outbound dialer.

A list of leads goes in, people are called over SIP, those who answer talk to an idle agent, results come out.

First steps: `dialer demo` shows it all on this machine. For your own trunk: `dialer config --example > dialer.toml`,
name the trunk in it, `dialer serve`, then in a second terminal `dialer campaign create`, `dialer import`,
`dialer agent login`, `dialer campaign start`.
"""


ORDER = (
    *("serve", "config", "db", "account", "token", "version"),
    *("campaign", "leads", "plan", "status", "agent", "replay"),
)


class FrontDoor(TyperGroup):
    """Lists commands by whom they are for; what is plugged in comes last."""

    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ARG002
        """See Typer."""
        return [name for name in ORDER if name in self.commands] + [name for name in self.commands if name not in ORDER]


def main() -> None:
    """Run the command line; ends the process."""
    explained(lambda: build(sys.argv[1:])())


def build(arguments: Sequence[str]) -> typer.Typer:
    """The command line with those plugins that the arguments, or the list of commands, need."""
    app = typer.Typer(
        name="dialer",
        cls=FrontDoor,
        help=HELP,
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        rich_markup_mode="markdown",
        context_settings={"help_option_names": ["--help", "-h"]},
    )
    app.callback()(_front_door)
    app.command("serve", rich_help_panel=OPERATORS)(serve_command)
    app.command("config", rich_help_panel=OPERATORS)(config_command)
    app.add_typer(database_app, name="db", rich_help_panel=OPERATORS)
    app.add_typer(account_app, name="account", rich_help_panel=OPERATORS)
    app.add_typer(token_app, name="token", rich_help_panel=OPERATORS)
    app.command("version", rich_help_panel=OPERATORS)(version_command)
    app.add_typer(campaign_app, name="campaign", rich_help_panel=MANAGERS)
    app.command("import", rich_help_panel=MANAGERS)(import_command)
    app.add_typer(caller_id_app, name="caller-id", rich_help_panel=MANAGERS)
    app.add_typer(do_not_call_app, name="do-not-call", rich_help_panel=MANAGERS)
    app.command("report", rich_help_panel=MANAGERS, help=REPORT_HELP, short_help="What came of the calls.")(
        report_command
    )
    wanted = next((argument for argument in arguments if not argument.startswith("-")), None)
    if wanted == PLAN.name:
        _add(app, PLAN)
    else:
        _list(app, PLAN, MANAGERS)
    app.command("status", rich_help_panel=AGENTS)(status_command)
    app.add_typer(agent_app, name="agent", rich_help_panel=AGENTS)
    app.command("replay", rich_help_panel=DEVELOPERS)(replay_command)
    built_in = {command.name for command in app.registered_commands} | {group.name for group in app.registered_groups}
    if wanted not in built_in:
        for plugin in sorted(entry_points(group=PLUGINS), key=lambda one: one.name):
            if plugin.name == wanted:
                _add(app, plugin)
            else:
                _list(app, plugin)
    return app


def _front_door() -> None:
    pass


def _add(app: typer.Typer, plugin: EntryPoint) -> None:
    """Hang a plugin under the command.

    Raises:
        CommandError: it cannot be loaded.
    """
    try:
        found = plugin.load()
        if not isinstance(found, typer.Typer):
            raise TypeError(f"{plugin.value} is of type {type(found).__name__}, not a typer.Typer")
    except Exception as error:
        raise CommandError(_broken(plugin, error)) from None
    if len(found.registered_commands) == 1 and not found.registered_groups and found.registered_callback is None:
        (command,) = found.registered_commands
        command.name = plugin.name
        app.registered_commands.append(command)
    else:
        app.add_typer(found, name=plugin.name)


def _list(app: typer.Typer, plugin: EntryPoint, panel: str = MORE) -> None:
    """Name a plugin in the list of commands, by its module's first sentence; to load it would take seconds."""
    try:
        spec = find_spec(plugin.module)
        if spec is None or spec.origin is None:
            raise ModuleNotFoundError(f"No module named {plugin.module!r}")
        docstring = ast.get_docstring(ast.parse(Path(spec.origin).read_text(encoding="utf-8"))) or ""
    except Exception as error:
        typer.echo(f"dialer: {_broken(plugin, error)}", err=True)
        return
    summary = docstring.split("\n\n")[0].removeprefix(f"`dialer {plugin.name}`: ")
    app.command(plugin.name, rich_help_panel=panel, help=summary[:1].upper() + summary[1:])(_front_door)


def _broken(plugin: EntryPoint, error: Exception) -> str:
    return f"the command {plugin.name!r} ({plugin.value}) cannot be loaded: {type(error).__name__}: {error}"


if __name__ == "__main__":
    main()
