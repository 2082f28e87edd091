"""Options that several commands share."""

import os
from pathlib import Path
from typing import Annotated

import typer

from dialer.config import Settings, read_settings

ConfigFile = Annotated[
    Path | None,
    typer.Option("--config", "-c", envvar="DIALER_CONFIG", help="Settings file; dialer.toml where there is one."),
]
DatabaseUrl = Annotated[
    str | None, typer.Option("--database", "-d", metavar="URL", help="Database, such as sqlite:///dialer.sqlite3.")
]


def settings_from(config: Path | None, **overrides: str | int | Path | None) -> Settings:
    """Read the settings, with options of the command line above file and environment.

    Args:
        config: the settings file.
        overrides: option values by the variable they stand for, such as `DIALER_SERVICE_PORT`; None leaves it alone.
    """
    given = {name: str(value) for name, value in overrides.items() if value is not None}
    return read_settings(config, {**os.environ, **given})
