"""Files as answers: written whole in a worker thread first, so that what goes wrong is still answered as a problem."""

from collections.abc import Callable, Iterator
from tempfile import TemporaryFile
from typing import BinaryIO

from fastapi import Response
from starlette.responses import StreamingResponse

from dialer.rest.service import Service

PARQUET = "application/vnd.apache.parquet"
PIECE_BYTES = 256 * 1024


async def file_answer(service: Service, name: str, media_type: str, fill: Callable[[BinaryIO], object]) -> Response:
    """A file to download.

    Args:
        service: says how many may be written at one time.
        name: under which it is kept by whoever asked.
        media_type: of its content.
        fill: writes it; called in a worker thread.
    """

    def write() -> BinaryIO:
        file = TemporaryFile()  # noqa: SIM115 - it is closed when it has been sent
        try:
            fill(file)
        except BaseException:
            file.close()
            raise
        return file

    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return StreamingResponse(_pieces(await service.writing(write)), 200, headers, media_type)


def _pieces(file: BinaryIO) -> Iterator[bytes]:
    with file:
        file.seek(0)
        while piece := file.read(PIECE_BYTES):
            yield piece
