"""Answers already given, kept for a day by the key that a client gave its request."""

import msgspec
import sqlalchemy as sa

from campaigns.store.database import Database, insert
from campaigns.store.idempotency_schema import idempotency_keys

KEPT_S = 86_400.0
UNDER_WAY_S = 600.0
"""A request that has not ended by then died with its service, and may be sent again."""


class Given(msgspec.Struct, frozen=True):
    """An answer that was given before."""

    digest: str
    status: int | None
    """None while the request is being carried out."""
    location: str
    body: str


class IdempotencyStore:
    """Safe to use from several threads and processes."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def begin(self, tenant_id: int, key: str, digest: str, now: float) -> Given | None:
        """Take a key for a request that is about to be carried out; what was answered before where it is taken."""
        row = {"tenant_id": tenant_id, "key": key, "digest": digest, "created_at": now, "location": "", "body": ""}
        table = idempotency_keys.c
        of_key = (table.tenant_id == tenant_id, table.key == key)
        with self._database.writing() as connection:
            is_old = table.created_at < now - KEPT_S
            is_dead = table.status.is_(None) & (table.created_at < now - UNDER_WAY_S)
            connection.execute(idempotency_keys.delete().where(is_old | (is_dead & of_key[0] & of_key[1])))
            statement = insert(connection, idempotency_keys).on_conflict_do_nothing().returning(table.key)
            if connection.execute(statement, [row]).scalar_one_or_none() is not None:
                return None
            wanted = sa.select(table.digest, table.status, table.location, table.body)
            return Given(*connection.execute(wanted.where(*of_key)).one())

    def end(self, tenant_id: int, key: str, status: int, location: str, body: str) -> None:
        """Keep an answer."""
        table = idempotency_keys.c
        kept = idempotency_keys.update().where(table.tenant_id == tenant_id, table.key == key)
        with self._database.writing() as connection:
            connection.execute(kept.values(status=status, location=location, body=body))

    def give_up(self, tenant_id: int, key: str) -> None:
        """Free the key of a request that failed for no fault of its own."""
        table = idempotency_keys.c
        with self._database.writing() as connection:
            connection.execute(idempotency_keys.delete().where(table.tenant_id == tenant_id, table.key == key))
