"""A real list, in every format and in the encodings and states in which people send theirs.

The rows are the first thousand of UCI's Bank Marketing data (Moro, Cortez and Rita 2014, CC BY 4.0), to which each test
adds fictional numbers and names. `BANK_MARKETING_CSV` names another file of these columns, such as the whole of it.
"""

import csv
import os
from collections.abc import Iterator
from pathlib import Path

import phonenumbers
import pytest

from campaigns.importing.batches import ImportOptions
from campaigns.importing.job import new_import, run_import
from campaigns.imports import ImportStatus, LeadImport
from campaigns.model import Campaign
from campaigns.ports import LeadFilter
from campaigns.store.opening import open_store
from campaigns.store.sql import SqlStore
from tests.campaigns.importing.lists import FORMATS, write_list

NOW = 1_770_000_000.0
FILE = Path(os.environ.get("BANK_MARKETING_CSV", Path(__file__).parent / "data" / "bank-marketing-sample.csv"))
NAMES = ("Zoë Müller", "José Ibáñez", "Søren Åkesson", "Ann Smith")
BROKEN_EVERY = 100

Rows = list[list[str]]


def fictional_numbers() -> Iterator[str]:
    """Those that are kept for fiction: 555-0100 to 555-0199 in every area code, 39,000 in all."""
    for area in range(200, 1000):
        if phonenumbers.is_valid_number(phonenumbers.parse(f"+1{area}5550100")):
            yield from (f"+1{area}5550{last}" for last in range(100, 200))


@pytest.fixture(scope="module")
def people() -> tuple[list[str], Rows]:
    """Header and rows, with a number and a name in front."""
    with FILE.open(encoding="utf-8", newline="") as file:
        header, *rows = csv.reader(file)
    numbers = fictional_numbers()
    named = [[next(numbers), NAMES[index % len(NAMES)], *row] for index, row in enumerate(rows)]
    return ["phone", "name", *header], named


@pytest.fixture
def store(empty_sqlite_url: str) -> Iterator[SqlStore]:
    opened = open_store(empty_sqlite_url)
    opened.create_campaign(Campaign(campaign_id=0, name="bank", skill_group="sales"))
    yield opened
    opened.close()


def bring_in(store: SqlStore, path: Path) -> LeadImport:
    ended = run_import(
        store, new_import(store, 1, path, ImportOptions(), NOW), path, path.with_suffix(".rejects.csv"), lambda: NOW
    )
    assert ended.status is ImportStatus.FINISHED, ended.problem
    assert ended.rows == ended.accepted + ended.rejected + ended.duplicates
    return ended


def broken(rows: Rows) -> Rows:
    """Every hundredth row without a number that could be called, in the ways in which lists have it."""
    bad = ("", "n/a", "12", "+1202555010x")
    return [
        [bad[index // BROKEN_EVERY % len(bad)], *row[1:]] if index % BROKEN_EVERY == BROKEN_EVERY - 1 else row
        for index, row in enumerate(rows)
    ]


@pytest.mark.parametrize("suffix", FORMATS)
def test_every_format_brings_in_every_row(
    store: SqlStore, tmp_path: Path, people: tuple[list[str], Rows], suffix: str
) -> None:
    header, rows = people
    ended = bring_in(store, write_list(tmp_path / f"bank.{suffix}", header, rows))
    assert (ended.rows, ended.accepted) == (len(rows), len(rows))
    assert (ended.columns["phone"], ended.columns["name"], ended.columns["job"]) == (
        "number/unknown", "name", "attribute",
    )  # fmt: skip
    for lead in (store.lead(1), store.lead(len(rows))):
        told = rows[lead.lead_id - 1]
        assert (lead.number, lead.name) == (told[0], told[1])
        assert lead.attributes == {name: cell for name, cell in zip(header[2:], told[2:], strict=True) if cell}


@pytest.mark.parametrize(("encoding", "delimiter"), [("latin-1", ";"), ("utf-16", "\t")])
def test_latin_1_and_utf_16_lose_no_letter(
    store: SqlStore, tmp_path: Path, people: tuple[list[str], Rows], encoding: str, delimiter: str
) -> None:
    header, rows = people
    path = tmp_path / "bank.csv"
    with path.open("w", encoding=encoding, newline="") as file:
        csv.writer(file, delimiter=delimiter).writerows([header, *rows])
    ended = bring_in(store, path)
    assert (ended.rows, ended.accepted) == (len(rows), len(rows))
    assert [store.lead(lead_id).name for lead_id in (1, 2, 3)] == list(NAMES[:3])


@pytest.mark.parametrize("suffix", FORMATS)
def test_a_broken_row_in_every_hundred_is_named_mended_and_brought_in(
    store: SqlStore, tmp_path: Path, people: tuple[list[str], Rows], suffix: str
) -> None:
    header, rows = people
    path = write_list(tmp_path / f"bank.{suffix}", header, broken(rows))
    first = bring_in(store, path)
    bad = len(rows) // BROKEN_EVERY
    assert (first.rows, first.accepted, first.rejected) == (len(rows), len(rows) - bad, bad)
    with path.with_suffix(".rejects.csv").open(encoding="utf-8-sig", newline="") as file:
        rejects_header, *rejected = csv.reader(file)
    # Rows are counted as a spreadsheet shows them; lines of JSON have no header above.
    header_lines = 0 if suffix == "jsonl" else 1
    assert [int(row[0]) for row in rejected] == [BROKEN_EVERY * (n + 1) + header_lines for n in range(bad)]
    assert {row[1] for row in rejected} == {"number"}
    for row in rejected:
        place = int(row[0]) - header_lines - 1
        assert row[5:] == rows[place][1:]
        row[4] = rows[place][0]
    mended = write_list(tmp_path / "mended.csv", rejects_header, rejected)
    second = bring_in(store, mended)
    assert (second.rows, second.accepted, second.rejected) == (bad, bad, 0)
    page = store.leads(LeadFilter(campaign_id=1, limit=1, number=rows[BROKEN_EVERY - 1][0]))
    (lead,) = page.items
    assert set(lead.attributes) <= set(header[2:])
    # Brought in again, the whole list is there already.
    again = bring_in(store, write_list(tmp_path / "again.csv", header, rows))
    assert (again.accepted, again.duplicates) == (0, len(rows))
