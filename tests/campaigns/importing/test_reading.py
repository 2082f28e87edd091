from collections.abc import Iterator
from pathlib import Path

import pytest

from campaigns.importing import reading
from campaigns.importing.batches import Batch, ImportOptions
from campaigns.importing.reading import batches_of
from campaigns.service.errors import CallerError, UnreadableFileError


@pytest.fixture(params=["here", "apart"])
def place(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    if request.param == "apart":
        monkeypatch.setattr(reading, "APART_BYTES_MIN", 0)
    return str(request.param)


def write(path: Path, rows: int) -> Path:
    path.write_text("phone\n" + "".join(f"+1202{index:07d}\n" for index in range(rows)))
    return path


def numbers(found: Iterator[Batch]) -> list[str]:
    return [lead.number for batch in found for lead in batch.leads]


def test_a_file_is_read_here_or_apart_alike(place: str, tmp_path: Path) -> None:
    heading, found = batches_of(write(tmp_path / "list.csv", 7000), ImportOptions(), skip=10)
    assert heading.columns == ("phone",)
    assert numbers(found) == [f"+1202{index:07d}" for index in range(10, 7000)]


def test_what_is_wrong_is_said_here_too(place: str, tmp_path: Path) -> None:
    (tmp_path / "none.csv").write_text("city\nCork\n")
    with pytest.raises(UnreadableFileError, match="no column holds the phone number"):
        batches_of(tmp_path / "none.csv", ImportOptions())
    with pytest.raises(CallerError, match="no region 'XX'"):
        batches_of(write(tmp_path / "list.csv", 1), ImportOptions(default_region="XX"))
    with pytest.raises(CallerError, match="cannot be read: No such file"):
        batches_of(tmp_path / "gone.csv", ImportOptions())


def test_whoever_stops_half_way_leaves_no_process_behind(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    import multiprocessing

    monkeypatch.setattr(reading, "APART_BYTES_MIN", 0)
    _, found = batches_of(write(tmp_path / "list.csv", 60_000), ImportOptions())
    next(found)
    found.close()  # type: ignore[attr-defined]
    assert multiprocessing.active_children() == []


def test_a_process_that_dies_is_noticed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    import multiprocessing

    monkeypatch.setattr(reading, "APART_BYTES_MIN", 0)
    monkeypatch.setattr(reading, "LOOK_S", 0.05)
    _, found = batches_of(write(tmp_path / "list.csv", 100_000), ImportOptions())
    for child in multiprocessing.active_children():
        child.kill()
        child.join()
    with pytest.raises(UnreadableFileError, match=r"has died \(exit status -9\)"):
        numbers(found)
