"""The file a live trace is written to: bounded, and never in the way of dialing."""

import contextlib
import logging
from collections.abc import Callable
from pathlib import Path

log = logging.getLogger(__name__)

BUFFER_BYTES = 1 << 20


class TraceFile:
    """A new file; when it is full, or the disk is, recording stops with a warning and the service goes on.

    A file of that name from an earlier run is kept, with `.old` after its name.

    Raises:
        OSError: the file cannot be created.
    """

    def __init__(self, path: Path, bytes_max: int) -> None:
        if path.is_file():
            path.replace(path.with_name(path.name + ".old"))
        self._file = path.open("wb", buffering=BUFFER_BYTES)
        self._path = path
        self._bytes_left = bytes_max
        self.is_recording = True

    def write(self, line: bytes | bytearray) -> None:
        """Write one line of the trace, or drop it once recording has stopped."""
        if not self.is_recording:
            return
        if len(line) > self._bytes_left:
            self.flush()
            self._stop("it has reached [trace] bytes_max")
            return
        self._bytes_left -= len(line)
        self._try(lambda: self._file.write(line))

    def flush(self) -> None:
        """Hand what is buffered to the operating system."""
        if self.is_recording:
            self._try(self._file.flush)

    def close(self) -> None:
        """Write what is buffered, if it can be written, and close the file."""
        self.flush()
        with contextlib.suppress(OSError):
            self._file.close()

    def _try(self, action: Callable[[], object]) -> None:
        try:
            action()
        except OSError as error:
            self._stop(str(error))

    def _stop(self, reason: str) -> None:
        self.is_recording = False
        log.warning("the trace in %s ends here: %s", self._path, reason)
