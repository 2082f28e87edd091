"""The index of recordings in SQL."""

import sqlalchemy as sa

from campaigns.model import attempt_id
from campaigns.recordings import RECORDINGS_MAX, Recording, RecordingFilter
from campaigns.service.erasing import PersonErasedError, pseudonym
from campaigns.service.errors import NotFoundError, RecordingNotFoundError
from campaigns.store.database import Database, insert
from campaigns.store.listing import split_attempt_id
from campaigns.store.recording_schema import recordings
from campaigns.store.schema import attempts, campaigns

_COLUMNS = tuple(recordings.c[field] for field in Recording.__struct_fields__)


class SqlRecordings:
    """A `campaigns.recordings.RecordingIndex`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, recording: Recording) -> Recording:
        """Enter one recording.

        Raises:
            NotFoundError: there is no such call.
            PersonErasedError: the person was erased since; the file must go.
        """
        lead_id, number = split_attempt_id(recording.call_id)
        of_call = sa.select(attempts.c.campaign_id, attempts.c.number).where(
            attempts.c.lead_id == lead_id, attempts.c.attempt_number == number
        )
        with self._database.writing() as connection:
            found = connection.execute(of_call).first()
            if found is None:
                raise NotFoundError(f"there is no call {attempt_id(lead_id, number)} to which {recording.path} belongs")
            if found.number == pseudonym(lead_id):
                raise PersonErasedError
            row = {
                "call_id": recording.call_id,
                "agent_id": recording.agent_id,
                "started_at": recording.started_at,
                "duration_s": recording.duration_s,
                "path": recording.path,
                "campaign_id": found.campaign_id,
                "number": found.number,
            }
            connection.execute(insert(connection, recordings).on_conflict_do_nothing(), [row])
            entered = sa.select(*_COLUMNS).where(recordings.c.path == recording.path)
            return Recording(**connection.execute(entered).one()._asdict())

    def search(self, wanted: RecordingFilter) -> tuple[Recording, ...]:
        """Newest first."""
        conditions = [
            recordings.c[field] == value
            for field in ("agent_id", "number", "campaign_id", "call_id")
            if (value := getattr(wanted, field)) is not None
        ]
        if wanted.since is not None:
            conditions.append(recordings.c.started_at >= wanted.since)
        if wanted.until is not None:
            conditions.append(recordings.c.started_at < wanted.until)
        if wanted.before_id is not None:
            conditions.append(recordings.c.recording_id < wanted.before_id)
        statement = self._of_tenant(wanted.tenant_id).where(*conditions)
        statement = statement.order_by(recordings.c.recording_id.desc()).limit(min(wanted.limit, RECORDINGS_MAX + 1))
        with self._database.reading() as connection:
            return tuple(Recording(**row._asdict()) for row in connection.execute(statement))

    def get(self, tenant_id: int, recording_id: int) -> Recording:
        """One of a tenant's recordings.

        Raises:
            RecordingNotFoundError: there is none of that id, or it is another tenant's.
        """
        statement = self._of_tenant(tenant_id).where(recordings.c.recording_id == recording_id)
        with self._database.reading() as connection:
            found = connection.execute(statement).first()
        if found is None:
            raise RecordingNotFoundError(recording_id)
        return Recording(**found._asdict())

    def _of_tenant(self, tenant_id: int) -> sa.Select[tuple[object, ...]]:
        joined = recordings.join(campaigns, campaigns.c.campaign_id == recordings.c.campaign_id)
        return sa.select(*_COLUMNS).select_from(joined).where(campaigns.c.tenant_id == tenant_id)
