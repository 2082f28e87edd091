"""Stereo G.711 WAV files that can be played whatever ends the process that writes them.

The sizes in the header are right after every write, so a file that is left behind loses at most what was not yet
written. It has its last name only when it is whole: `.part` is taken off in one step.
"""

import os
import struct
from pathlib import Path

from dialer.gateway.media.g711 import SAMPLE_RATE

PART = ".part"
CHANNELS = 2
MULAW = 7
"""WAVE_FORMAT_MULAW (RFC 2361)."""

_HEADER = struct.Struct("<4sI4s4sIHHIIHHH4sII4sI")
HEADER_BYTES = _HEADER.size


def header(data_bytes: int) -> bytes:
    """The header of a file with so many bytes of sound."""
    return _HEADER.pack(
        b"RIFF",
        HEADER_BYTES - 8 + data_bytes,
        b"WAVE",
        b"fmt ",
        18,
        MULAW,
        CHANNELS,
        SAMPLE_RATE,
        SAMPLE_RATE * CHANNELS,
        CHANNELS,
        8,
        0,
        b"fact",
        4,
        data_bytes // CHANNELS,
        b"data",
        data_bytes,
    )


class WavFile:
    """A recording that is being written."""

    def __init__(self, path: Path) -> None:
        """Begin a file that will be called `path`.

        Raises:
            OSError: the folder cannot be made, or the file not be written.
        """
        self.path = path
        self.data_bytes = 0
        path.parent.mkdir(parents=True, exist_ok=True)
        self._part = path.with_name(path.name + PART)
        self._file = self._part.open("wb")
        self._file.write(header(0))
        self._file.flush()

    def write(self, stereo: bytes) -> None:
        """Add interleaved mu-law samples.

        Raises:
            OSError: the disk is full, or gone.
        """
        if not stereo:
            return
        self._file.write(stereo)
        self.data_bytes += len(stereo)
        self._file.seek(0)
        self._file.write(header(self.data_bytes))
        self._file.seek(0, os.SEEK_END)
        self._file.flush()

    def finish(self) -> None:
        """Give the file its name.

        Raises:
            OSError: it cannot be written to its end.
        """
        try:
            self._file.flush()
            os.fsync(self._file.fileno())
        finally:
            self._file.close()
        self._part.rename(self.path)
