"""`dialer db`: tables up to date, backups and their return, old CDRs put away."""

import os
import time
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import Progress

from dialer.commands.options import ConfigFile, DatabaseUrl, settings_from

database_app = typer.Typer(no_args_is_help=True, help="Look after the database.")

DAY_S = 86400.0
KEPT_DAYS = 5 * 365 + 2
"""Records of calls are kept for five years from their date (16 CFR 310.5(b))."""


@database_app.command("upgrade")
def upgrade_command(config: ConfigFile = None, database: DatabaseUrl = None) -> None:
    """Create the tables, or bring those of an earlier version up to date; make a backup first."""
    from campaigns.store.opening import upgrade_database

    upgrade_database(_url(config, database))
    typer.echo("The database is up to date.")


@database_app.command("backup")
def backup_command(
    file: Annotated[Path, typer.Argument(help="The copy; must not be there yet.")],
    config: ConfigFile = None,
    database: DatabaseUrl = None,
) -> None:
    """Copy the whole database as it is at one moment, also while the service runs.

    SQLite: a database file like the original. PostgreSQL: an archive of pg_dump, which must be installed.
    """
    from campaigns.store.backup import back_up

    with _bar() as progress:
        task = progress.add_task("Copying", total=None)
        back_up(_url(config, database), file, lambda done, whole: progress.update(task, completed=done, total=whole))
    typer.echo(f"The database is copied to {file} ({file.stat().st_size:,} bytes).")


@database_app.command("restore")
def restore_command(
    file: Annotated[Path, typer.Argument(help="What `dialer db backup` wrote.")],
    erasures: Annotated[
        list[Path] | None,
        typer.Option(
            exists=True,
            dir_okay=False,
            help="Journal of people erased on request, of each engine that has one; else [database] erasures.",
        ),
    ] = None,
    suppressions: Annotated[
        list[Path] | None,
        typer.Option(
            exists=True,
            dir_okay=False,
            help="Journal of do-not-call requests, of each engine that has one; else [database] suppressions.",
        ),
    ] = None,
    config: ConfigFile = None,
    database: DatabaseUrl = None,
) -> None:
    """Make a database of a backup; never over one that is there, with the service stopped.

    SQLite: move the old file away first. PostgreSQL: name an empty database. Whoever was erased on request since the
    backup was made is erased from it again, and whoever asked not to be called is blocked again, by the two journals.
    National do-not-call lists must be loaded again.
    """
    from campaigns.store import erasure_journal, suppression_journal
    from campaigns.store.backup import restore

    kept = settings_from(config, {}).database
    erased = _journals(erasures, kept.erasures, "erasures {}: nobody is erased again")
    suppressed = _journals(suppressions, kept.suppressions, "do-not-call requests {}: none is made again")
    with _bar() as progress:
        task = progress.add_task("Copying", total=None)
        again = restore(
            _url(config, database),
            file,
            lambda done, whole: progress.update(task, completed=done, total=whole),
            [entry for journal in erased for entry in erasure_journal.read(journal)],
            [entry for journal in suppressed for entry in suppression_journal.read(journal)],
        )
    typer.echo(f"The database is what it was in {file}, with the tables of this version.")
    if again.erased:
        typer.echo(f"{again.erased} people who were erased since are erased from it again.")
    if again.suppressed:
        typer.echo(f"{again.suppressed} numbers that were blocked since are blocked in it again.")


def _journals(named: list[Path] | None, kept: str, missing: str) -> list[Path]:
    """Journals to restore by: those named, or the one that the settings keep; says so where that is not there."""
    journals = named or [Path(kept or os.devnull)]
    if not journals[0].exists():
        typer.echo(f"There is no journal of {missing.format(journals[0])}.", err=True)
    return journals


@database_app.command("archive")
def archive_command(
    file: Annotated[Path, typer.Argument(help="CSV, compressed with gzip; must not be there yet.")],
    older_than_days: Annotated[
        int, typer.Option(min=1, help="Age of the CDRs to move; the law wants most kept at hand for five years.")
    ] = KEPT_DAYS,
    config: ConfigFile = None,
    database: DatabaseUrl = None,
) -> None:
    """Move old CDRs out of the database into a file; attempts stay, for caps count them."""
    from campaigns.store.archive import archive_cdrs

    moved = archive_cdrs(_url(config, database), time.time() - older_than_days * DAY_S, file)
    typer.echo(f"{moved:,} CDRs are in {file}." if moved else "No CDR is that old; no file was written.")


@database_app.command("prune")
def prune_command(
    older_than_days: Annotated[
        int,
        typer.Option(min=1, help="Records are kept so long, longer where a campaign's profile asks for it."),
    ] = KEPT_DAYS,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would be deleted.")] = False,
    config: ConfigFile = None,
    database: DatabaseUrl = None,
) -> None:
    """Delete CDRs, attempts and evidence that are older than they must be kept; `archive` keeps CDRs in a file."""
    from campaigns.store.opening import open_store
    from campaigns.store.pruning import prune

    store = open_store(_url(config, database))
    try:
        with _bar() as progress:
            task = progress.add_task("Deleting", total=None)
            done = prune(
                store.database,
                time.time(),
                older_than_days,
                dry_run,
                lambda so_far: progress.update(task, completed=so_far.cdrs + so_far.attempts),
            )
    finally:
        store.close()
    verb = "would be deleted" if dry_run else "are deleted"
    counted = f"{done.cdrs:,} CDRs, {done.attempts:,} attempts, {done.evidence:,} records of evidence"
    typer.echo(f"{counted} and {done.skips:,} skips {verb}.")


def _url(config: Path | None, database: str | None) -> str:
    return settings_from(config, {"DIALER_DATABASE_URL": database}).database.url


def _bar() -> Progress:
    console = Console(stderr=True)
    return Progress(console=console, disable=not console.is_terminal, transient=True)
