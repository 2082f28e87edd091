"""The settings of what is kept: the database, its worker, traces and logs."""

from typing import Annotated

from pydantic import Field

from dialer.config.section import Seconds, Section


class DatabaseSettings(Section):
    """Where campaigns, leads and attempts are kept."""

    url: str = Field(
        default="sqlite:///dialer.sqlite3",
        description="Database URL: `sqlite:///file` (relative to the working directory) or "
        "`postgresql+psycopg://user:password@host/name`.",
    )
    erasures: str = Field(
        default="erasures.jsonl",
        description="Journal of the people erased on request, relative to the working directory; back it up apart from "
        "the database. At its start the service erases again whoever a restored backup has brought back. Holds "
        "telephone numbers; empty keeps none.",
    )
    suppressions: str = Field(
        default="do-not-call.jsonl",
        description="Journal of do-not-call requests, relative to the working directory; back it up apart from the "
        "database. At its start the service puts numbers back on the lists that a restored backup has forgotten. "
        "National lists are not in it. Holds telephone numbers; empty keeps none.",
    )
    kept_days: int = Field(
        default=5 * 365 + 2,
        ge=0,
        le=36_500,
        description="CDRs, attempts and evidence older than so many days are deleted once a day; those of a campaign "
        "whose compliance profile asks for more are kept as long as that says. 0 deletes nothing.",
    )


class StoreSettings(Section):
    """Limits of the worker that writes to the database."""

    queue_max: Annotated[int, Field(ge=100)] = Field(
        default=100_000,
        description="Commands that may wait for the database. Above it new calls are refused; results are still kept.",
    )
    batch_max: Annotated[int, Field(ge=1)] = Field(default=500, description="Most commands written together in one go.")
    retry_s_max: Seconds = Field(default=5.0, description="Longest pause between two tries while the database is away.")


class TraceSettings(Section):
    """Recording of every event and command, for `dialer replay`."""

    path: str = Field(
        default="", description="File the trace is written to; empty records none. Holds telephone numbers."
    )
    bytes_max: Annotated[int, Field(ge=1024)] = Field(
        default=1_000_000_000, description="Recording stops when the file has this many bytes."
    )


class LogSettings(Section):
    """What is logged; telephone numbers are masked, passwords never appear."""

    level: Annotated[str, Field(pattern="^(debug|info|warning|error)$")] = Field(
        default="info", description="debug, info, warning or error."
    )
    path: str = Field(default="dialer.log", description="Log file, one JSON object a line; empty logs to stderr.")
