import pytest

from campaigns.service.errors import CallerError
from dialer.rest import files
from dialer.rest.files import file_answer
from tests.dialer.rest.conftest import Bench

pytestmark = pytest.mark.anyio


async def test_a_file_is_sent_in_pieces(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "PIECE_BYTES", 3)
    answer = await file_answer(bench.live.service(), "a.bin", "application/x", lambda file: file.write(b"12345678"))
    pieces = [piece async for piece in answer.body_iterator]  # type: ignore[attr-defined]
    assert pieces == [b"123", b"456", b"78"]
    assert answer.headers["content-disposition"] == 'attachment; filename="a.bin"'


async def test_what_goes_wrong_while_it_is_written_is_told(bench: Bench) -> None:
    def fail(_: object) -> None:
        raise CallerError("no such thing")

    with pytest.raises(CallerError, match="no such thing"):
        await file_answer(bench.live.service(), "a.bin", "application/x", fail)
