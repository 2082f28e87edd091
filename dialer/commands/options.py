"""Options that several commands share."""

import os
from collections.abc import Mapping
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


SAID_AS = {
    "DIALER_DATABASE_URL": "--database",
    "DIALER_SERVICE_HOST": "--host",
    "DIALER_SERVICE_PORT": "--port",
    "DIALER_SIP_MEDIA_WORKERS": "--media-workers",
    "DIALER_TRACE_PATH": "--trace",
}
"""Options by the variable that each stands for."""


def settings_from(config: Path | None, overrides: Mapping[str, str | int | Path | None] | None = None) -> Settings:
    """Read the settings, with options of the command line above file and environment.

    Args:
        config: the settings file.
        overrides: option values by the variable they stand for (see `SAID_AS`); None leaves a setting alone.
    """
    given = {name: str(value) for name, value in (overrides or {}).items() if value is not None}
    return read_settings(config, {**os.environ, **given}, {name: SAID_AS[name] for name in given})
