"""Recordings of conversations, as the index keeps them."""

from typing import Protocol

import msgspec

RECORDINGS_MAX = 1000
"""Most that one search answers."""


class Recording(msgspec.Struct, frozen=True, kw_only=True):
    """One file, and whose conversation is in it."""

    recording_id: int = 0
    call_id: str
    agent_id: str
    started_at: float
    duration_s: float
    path: str
    """Of the WAV file: stereo, the agent on the left, the customer on the right."""
    campaign_id: int = 0
    number: str = ""
    """The number that was called."""


class RecordingFilter(msgspec.Struct, frozen=True, kw_only=True):
    """Which recordings to find; None is any."""

    tenant_id: int
    agent_id: str | None = None
    number: str | None = None
    campaign_id: int | None = None
    call_id: str | None = None
    since: float | None = None
    """Unix seconds; recordings begun at or after."""
    until: float | None = None
    before_id: int | None = None
    """The page after the one that ended with this recording."""
    limit: int = 100


class RecordingIndex(Protocol):
    """Where recordings are found again."""

    def add(self, recording: Recording) -> Recording:
        """Enter one; campaign and number are those of its call. A file that is entered already is not entered twice."""
        ...

    def search(self, wanted: RecordingFilter) -> tuple[Recording, ...]:
        """Newest first."""
        ...

    def get(self, tenant_id: int, recording_id: int) -> Recording:
        """One of a tenant's recordings.

        Raises:
            RecordingNotFoundError: there is none of that id, or it is another tenant's.
        """
        ...
