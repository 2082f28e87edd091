"""`dialer config` and `dialer version`: for whoever installs and runs the service."""

import platform
from typing import Annotated

import typer

from dialer.commands.options import ConfigFile, settings_from
from dialer.config import effective_toml, example_toml, package_version, reference_markdown


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


def version_command() -> None:
    """Print the version."""
    typer.echo(f"predictive-dialer {package_version()}, Python {platform.python_version()}")
