"""`dialer import`: for data teams, a list of any size into a campaign, with what became of each row."""

import json
import os
import sys
import time
from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer

from campaigns.imports import DuplicateScope, ImportStatus, LeadImport, OnDuplicate
from dialer.commands.client import Client, ServiceUrl
from dialer.commands.errors import EXIT_FAILED, EXIT_USAGE, CommandError
from dialer.commands.import_progress import ImportProgress
from dialer.commands.options import ConfigFile, DatabaseUrl, settings_from

POLL_S = 0.5
ENDED = {ImportStatus.FINISHED, ImportStatus.FAILED, ImportStatus.ROLLED_BACK}

FILE_PANEL = "How the file is read"
RULES_PANEL = "What is done with its rows"
WHERE_PANEL = "Where it goes"

File = Annotated[Path | None, typer.Argument(help="CSV, Excel (.xlsx), JSON Lines or Parquet.", show_default=False)]
CampaignOption = Annotated[int | None, typer.Option("--campaign", help="The campaign's number.")]
Region = Annotated[
    str, typer.Option(help="Country of numbers without a country code, such as US.", rich_help_panel=FILE_PANEL)
]
MappingFile = Annotated[
    Path | None, typer.Option("--mapping", help="What each column is: a file saved before.", rich_help_panel=FILE_PANEL)
]
SaveMapping = Annotated[
    Path | None, typer.Option(help="Save what each column is taken for, to edit and use.", rich_help_panel=FILE_PANEL)
]
Delimiter = Annotated[str, typer.Option(help="Separator of CSV; found where left out.", rich_help_panel=FILE_PANEL)]
Encoding = Annotated[str, typer.Option(help="Such as cp1252; found where left out.", rich_help_panel=FILE_PANEL)]
Sheet = Annotated[str, typer.Option(help="Sheet of a workbook; else its first.", rich_help_panel=FILE_PANEL)]
ListName = Annotated[str, typer.Option("--list", help="Put the leads on this list.", rich_help_panel=RULES_PANEL)]
Duplicates = Annotated[
    OnDuplicate,
    typer.Option(
        help="A number that is there already: leave it, let the row update it, or reject the row.",
        rich_help_panel=RULES_PANEL,
    ),
]
DuplicatesIn = Annotated[
    DuplicateScope, typer.Option(help="Where a number counts as there already.", rich_help_panel=RULES_PANEL)
]
DryRun = Annotated[
    bool, typer.Option("--dry-run", "-n", help="Check all rows and add none.", rich_help_panel=RULES_PANEL)
]
Rejects = Annotated[
    Path | None,
    typer.Option(help="Rejected rows with their reasons; else FILE.rejects.csv.", rich_help_panel=RULES_PANEL),
]
Direct = Annotated[
    bool,
    typer.Option("--direct", help="Straight into the database; no service need run.", rich_help_panel=WHERE_PANEL),
]
RollBack = Annotated[
    int | None, typer.Option(metavar="IMPORT", help="Take an import's leads out again.", rich_help_panel=WHERE_PANEL)
]
AsJson = Annotated[bool, typer.Option("--json", help="Print the result as JSON.", rich_help_panel=WHERE_PANEL)]


def import_command(
    file: File = None,
    campaign: CampaignOption = None,
    region: Region = "",
    mapping: MappingFile = None,
    save_mapping: SaveMapping = None,
    delimiter: Delimiter = "",
    encoding: Encoding = "",
    sheet: Sheet = "",
    list_name: ListName = "",
    duplicates: Duplicates = OnDuplicate.SKIP,
    duplicates_in: DuplicatesIn = DuplicateScope.CAMPAIGN,
    dry_run: DryRun = False,
    rejects: Rejects = None,
    roll_back: RollBack = None,
    direct: Direct = False,
    config: ConfigFile = None,
    database: DatabaseUrl = None,
    url: ServiceUrl = None,
    as_json: AsJson = False,
) -> None:
    """Bring a list of people into a campaign, whatever its format and size.

    Columns are recognised by their names: phone, mobile, work phone, name, time zone, postal code, language, consent,
    priority, id; all others are kept and shown to the agent. What each was taken for is printed first, and can be
    saved with --save-mapping, edited, and given with --mapping.

    Every row is counted once: accepted, rejected or duplicate. Rejected rows are written to a file with line, field,
    value and reason; mend them there and import that file. An import that was interrupted goes on where it was: give
    the same command again.

    For example:

    dialer import people.csv --campaign 1 --region US

    dialer import people.xlsx --campaign 1 --dry-run --save-mapping people.json

    dialer import people.csv --campaign 1 --mapping people.json --list March --duplicates update

    dialer import --roll-back 17
    """
    if roll_back is not None:
        _roll_back(roll_back, direct or database is not None, config, database, url)
        return
    if file is None or campaign is None:
        raise CommandError("name the file and the campaign: dialer import people.csv --campaign 1", EXIT_USAGE)
    options = _options(region, mapping, (encoding, delimiter, sheet), list_name, duplicates, duplicates_in, dry_run)
    target = rejects or file.with_name(f"{file.name}.rejects.csv")
    progress = ImportProgress(sys.stderr)
    with progress:
        if direct or database is not None:
            ended = _run_direct(file, campaign, options, target, settings_of(config, database), progress)
        else:
            ended = _run_at_service(Client(url), file, campaign, options, target, progress)
    if save_mapping is not None:
        _save(save_mapping, ended.columns)
    _report(ended, target, dry_run, as_json)


def settings_of(config: Path | None, database: str | None) -> str:
    """The URL of the database that the settings name."""
    return settings_from(config, {"DIALER_DATABASE_URL": database}).database.url


def _options(
    region: str,
    mapping: Path | None,
    reading: tuple[str, str, str],
    list_name: str,
    duplicates: OnDuplicate,
    scope: DuplicateScope,
    dry_run: bool,
) -> Any:
    from campaigns.importing.batches import ImportOptions
    from campaigns.importing.columns import read_mapping
    from campaigns.importing.table import ReadingOptions

    encoding, delimiter, sheet = reading
    return ImportOptions(
        default_region=region.upper(),
        mapping=None if mapping is None else read_mapping(mapping),
        reading=ReadingOptions(encoding=encoding, delimiter=delimiter, sheet=sheet),
        list_name=list_name,
        scope=scope,
        duplicates=duplicates,
        dry_run=dry_run,
    )


def _run_direct(
    file: Path, campaign: int, options: Any, rejects: Path, database: str, progress: ImportProgress
) -> LeadImport:
    from campaigns.importing.job import new_import, run_import, unfinished
    from campaigns.store.opening import open_store

    store = open_store(database)
    try:
        state = unfinished(store, campaign, file, options)
        if state is None:
            state = new_import(store, campaign, file, options, time.time())
        else:
            progress.say(
                f"Import {state.import_id} of this file was interrupted after {state.rows:,} rows; it goes on."
            )
        return run_import(store, state, file, rejects, time.time, progress.show)
    finally:
        store.close()


def _run_at_service(
    client: Client, file: Path, campaign: int, options: Any, rejects: Path, progress: ImportProgress
) -> LeadImport:
    fields = {"campaign_id": str(campaign), "options": msgspec.json.encode(options).decode()}
    state = msgspec.convert(client.upload("/imports", file, fields), LeadImport)
    while state.status not in ENDED:
        progress.show(state)
        time.sleep(POLL_S)
        state = msgspec.convert(client.get(f"/imports/{state.import_id}"), LeadImport)
    progress.show(state)
    if state.rejects_bytes:
        client.download(f"/imports/{state.import_id}/rejects", rejects)
    return state


def _roll_back(import_id: int, is_direct: bool, config: Path | None, database: str | None, url: str | None) -> None:
    if is_direct:
        from campaigns.store.opening import open_store

        store = open_store(settings_of(config, database))
        try:
            removed = store.roll_back_import(import_id, time.time())
        finally:
            store.close()
    else:
        removed = Client(url).post(f"/imports/{import_id}/roll-back")["removed"]
    typer.echo(f"Import {import_id} is rolled back: {removed:,} leads are gone; those already called are closed.")


def _save(path: Path, columns: dict[str, str]) -> None:
    from campaigns.importing.columns import Mapping, mapping_text

    try:
        path.write_bytes(mapping_text(Mapping(columns=columns)))
    except OSError as error:
        raise CommandError(f"the mapping cannot be saved as {path}: {error.strerror}", EXIT_USAGE) from None


def _report(ended: LeadImport, rejects: Path, dry_run: bool, as_json: bool) -> None:
    if as_json:
        result = {**msgspec.to_builtins(ended), "rejects_file": os.fspath(rejects) if ended.rejects_bytes else None}
        typer.echo(json.dumps(result, indent=2, ensure_ascii=False))
    if ended.status is not ImportStatus.FINISHED:
        raise CommandError(ended.problem or f"the import is {ended.status}", EXIT_FAILED)
    if as_json:
        return
    typer.echo(
        f"{'Dry run, nothing was added: ' if dry_run else ''}{ended.rows:,} rows: {ended.accepted:,} accepted, "
        f"{ended.rejected:,} rejected ({ended.blocked:,} on the do-not-call list), "
        f"{ended.duplicates:,} duplicates ({ended.updated:,} updated)."
    )
    if ended.rejects_bytes:
        typer.echo(f"Rejected rows and their reasons: {rejects}; mend your own columns there and import that file.")
