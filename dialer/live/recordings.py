"""Enters recordings in the index, on a thread of its own."""

import logging
import threading
from pathlib import Path
from queue import SimpleQueue

from campaigns.recordings import Recording, RecordingIndex
from campaigns.service.erasing import PersonErasedError
from campaigns.service.errors import CampaignsError

log = logging.getLogger(__name__)


class LiveRecordings:
    """The index behind a queue, so that no call waits for the database.

    A recording that cannot be entered is logged with its path: the file is kept, and its name says whose it is. That of
    a person who was erased meanwhile is deleted.
    """

    def __init__(self, index: RecordingIndex) -> None:
        self.index = index
        self._waiting: SimpleQueue[Recording | None] = SimpleQueue()
        self._thread: threading.Thread | None = None

    def finished(self, recording: Recording) -> None:
        """Enter a recording soon; returns at once."""
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="recordings", daemon=True)
            self._thread.start()
        self._waiting.put(recording)

    def close(self) -> None:
        """Enter what waits, and stop."""
        if self._thread is not None:
            self._waiting.put(None)
            self._thread.join()
            self._thread = None

    def _run(self) -> None:
        while (recording := self._waiting.get()) is not None:
            self._enter(recording)

    def _enter(self, recording: Recording) -> None:
        try:
            self.index.add(recording)
        except PersonErasedError:
            Path(recording.path).unlink(missing_ok=True)
            log.info("the recording of call %s is deleted: the person was erased", recording.call_id)
        except CampaignsError as error:
            log.error("the recording %s is not in the index: %s", recording.path, error)
