"""`dialer serve`: the live service, until it is told to end."""

import gc
from pathlib import Path
from typing import Annotated

import typer

from dialer.commands.options import ConfigFile, DatabaseUrl, settings_from


def serve_command(
    config: ConfigFile = None,
    database: DatabaseUrl = None,
    host: Annotated[str | None, typer.Option(help="Address of the REST API.")] = None,
    port: Annotated[int | None, typer.Option(min=0, max=65535, help="Its TCP port; 0 takes a free one.")] = None,
    media_workers: Annotated[
        int | None,
        typer.Option(min=0, max=64, help="Processes that relay the audio; 0 relays in the dialer's own."),
    ] = None,
    trace: Annotated[Path | None, typer.Option(help="Record all events and commands here.")] = None,
) -> None:
    """Run the dialer: REST API, campaigns, calls, agents. Ctrl-C ends it in order.

    Settings come from dialer.toml (or --config), then DIALER_... variables, then these options; `dialer config` shows
    the outcome. The SQLite database is created where there is none; for PostgreSQL run `dialer db upgrade` first.
    """
    # What is loaded stays: looking through it for garbage meanwhile takes a tenth of the start.
    gc.disable()
    from dialer.commands.running import run_service

    gc.enable()
    settings = settings_from(
        config,
        {
            "DIALER_DATABASE_URL": database,
            "DIALER_SERVICE_HOST": host,
            "DIALER_SERVICE_PORT": port,
            "DIALER_SIP_MEDIA_WORKERS": media_workers,
            "DIALER_TRACE_PATH": trace,
        },
    )
    run_service(settings, typer.echo)
