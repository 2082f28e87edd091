"""`dialer simulate scenario`: the library, one scenario as TOML, the schema, and a check without a run."""

import json
from pathlib import Path
from typing import Annotated

import typer
from rich import box
from rich.table import Table

from simulation.calibration.writing import scenario_toml
from simulation.commands import options, tables
from simulation.scenario.explaining import json_schema, keys_of, table_at
from simulation.scenario.library import find_scenario, scenario_names
from simulation.scenario.loading import load_scenario

app = typer.Typer(help="List, show, explain and check scenarios.", no_args_is_help=True)


@app.command("list")
def list_scenarios() -> None:
    """List the library, from easy to cruel."""
    scenarios = [find_scenario(name) for name in scenario_names()]
    width = max(len(scenario.name) for scenario in scenarios)
    for scenario in scenarios:
        typer.echo(f"{scenario.name:{width}}  {scenario.description}")


@app.command()
def show(name: options.Name, settings: options.Settings = None) -> None:
    """Print a scenario as TOML, to start one's own from; what is at its default is left out."""
    with options.one_line_errors():
        typer.echo(scenario_toml(options.scenario_with(name, settings)), nl=False)


@app.command()
def check(file: Annotated[Path, typer.Argument(help="A scenario file.")]) -> None:
    """Say whether a scenario file is sound; if not, name the line."""
    with options.one_line_errors():
        scenario = load_scenario(file)
        agents = sum(group.count for group in scenario.agents)
        campaigns = ", ".join(campaign.name for campaign in scenario.campaigns)
        typer.echo(f"{file}: sound: {scenario.day.days} × {scenario.day.hours:g} h, {agents} agents, {campaigns}")


@app.command()
def explain(
    path: Annotated[
        str, typer.Argument(help="A table, e.g. campaigns.customers or campaigns.customers.lognormal.")
    ] = "",
) -> None:
    """Explain the keys of a table: kind, unit, default and meaning."""
    with options.one_line_errors():
        table = table_at(path)
        title = f"{path or 'scenario'}: {(table.__doc__ or '').splitlines()[0]}"
        shown = Table(title=title, box=box.SIMPLE, title_justify="left")
        for column in ("key", "kind", "unit", "default", "meaning"):
            shown.add_column(column, no_wrap=column == "key", max_width={"kind": 28, "default": 32}.get(column))
        for key in keys_of(table):
            default = key.default or "must be given"
            shown.add_row(key.name, key.kind, key.unit, *(text.replace("[", r"\[") for text in (default, key.words)))
        tables.print_table(shown)


@app.command()
def schema() -> None:
    """Print the JSON Schema of scenario files, for editors that check TOML as it is written."""
    typer.echo(json.dumps(json_schema(), indent=2))
