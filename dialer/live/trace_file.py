"""The file a live trace is written to: bounded, and never in the way of dialing."""

import io
import logging
from pathlib import Path

log = logging.getLogger(__name__)


class TraceFile(io.BufferedWriter):
    """A new binary file; when it is full, or the disk is, recording stops with a warning and the service goes on.

    A file of that name from an earlier run is kept, with `.old` after its name.

    Raises:
        OSError: the file cannot be created.
    """

    def __init__(self, path: Path, bytes_max: int) -> None:
        if path.exists():
            path.replace(path.with_name(path.name + ".old"))
        super().__init__(io.FileIO(path, "wb"), buffer_size=1 << 20)
        self._path = path
        self._bytes_left = bytes_max
        self.is_recording = True

    def write(self, data: "bytes | bytearray | memoryview") -> int:  # type: ignore[override]
        """Write one line of the trace, or drop it once recording has stopped."""
        size = len(data)
        if not self.is_recording:
            return size
        if size > self._bytes_left:
            self._stop("it has reached [trace] bytes_max")
            return size
        self._bytes_left -= size
        try:
            super().write(data)
        except OSError as error:
            self._stop(str(error))
        return size

    def flush(self) -> None:
        """Hand what is buffered to the operating system."""
        if self.is_recording:
            try:
                super().flush()
            except OSError as error:
                self._stop(str(error))

    def _stop(self, reason: str) -> None:
        self.is_recording = False
        log.warning("the trace in %s ends here: %s", self._path, reason)
