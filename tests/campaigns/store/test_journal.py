import stat
from pathlib import Path

import msgspec
import pytest

from campaigns.service.errors import CallerError
from campaigns.store import journal


class Line(msgspec.Struct, frozen=True):
    name: str
    place: int = 0


def lines(path: Path) -> list[Line]:
    return list(journal.read(path, Line, "journal of names"))


def test_what_is_written_is_read_and_nobody_else_may(tmp_path: Path) -> None:
    path = tmp_path / "new" / "names.jsonl"
    assert lines(path) == []
    journal.append(path, Line("a"))
    journal.append(path, Line("b", 2))
    assert lines(path) == [Line("a"), Line("b", 2)]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


@pytest.mark.parametrize("kept", range(1, 20, 3))
def test_a_line_that_a_crash_cut_off_spoils_no_other(tmp_path: Path, kept: int) -> None:
    path = tmp_path / "names.jsonl"
    journal.append(path, Line("a"))
    whole = path.read_bytes()
    path.write_bytes(whole + whole[:kept])
    journal.append(path, Line("b"))
    assert [line.name for line in lines(path)] == ["a", "b"]


def test_another_file_is_no_journal(tmp_path: Path) -> None:
    path = tmp_path / "names.jsonl"
    path.write_text("number,name\n")
    with pytest.raises(CallerError, match="is no journal of names: line 1"):
        lines(path)
    with pytest.raises(CallerError, match=r"the journal of names .* cannot be read"):
        lines(tmp_path)
