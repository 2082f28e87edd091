import io

from msgspec.structs import replace

from campaigns.imports import LeadImport
from dialer.commands.import_progress import ImportProgress

STATE = LeadImport(
    import_id=1, campaign_id=1, file_name="people.csv", digest="", created_at=0.0, updated_at=0.0, size=100,
    file="CSV, utf-8, separated by ';'", columns={"Phone": "number/unknown", "Name": "name"},
)  # fmt: skip


def test_off_a_terminal_the_columns_are_said_once() -> None:
    stream = io.StringIO()
    progress = ImportProgress(stream)
    with progress:
        progress.show(replace(STATE, columns={}))
        progress.show(STATE)
        progress.show(replace(STATE, rows=10, done=50))
        progress.say("[bold]as it is[/bold]")
    assert stream.getvalue() == (
        "Reading people.csv: CSV, utf-8, separated by ';'\n"
        "Columns: Phone → number/unknown, Name → name\n"
        "[bold]as it is[/bold]\n"
    )
