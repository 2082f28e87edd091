"""`dialer config`, `dialer db` and `dialer version`: for whoever installs and runs the service."""

import platform
from typing import Annotated

import typer

from dialer.commands.options import ConfigFile, DatabaseUrl, settings_from
from dialer.config import effective_toml, example_toml, package_version, reference_markdown

database_app = typer.Typer(no_args_is_help=True, help="Look after the database.")


def config_command(
    config: ConfigFile = None,
    example: Annotated[bool, typer.Option("--example", help="Print a commented settings file to start from.")] = False,
    reference: Annotated[bool, typer.Option("--reference", hidden=True)] = False,
) -> None:
    """Print the settings in effect, passwords masked; --example prints a file to start from."""
    if example:
        typer.echo(example_toml(), nl=False)
    elif reference:
        typer.echo(reference_markdown(), nl=False)
    else:
        typer.echo(effective_toml(settings_from(config)), nl=False)


@database_app.command("upgrade")
def upgrade_command(config: ConfigFile = None, database: DatabaseUrl = None) -> None:
    """Create the tables, or bring those of an earlier version up to date."""
    from campaigns.store.opening import upgrade_database

    settings = settings_from(config, {"DIALER_DATABASE_URL": database})
    upgrade_database(settings.database.url)
    typer.echo("The database is up to date.")


def version_command() -> None:
    """Print the version."""
    typer.echo(f"predictive-dialer {package_version()}, Python {platform.python_version()}")
