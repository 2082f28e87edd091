from pathlib import Path

import pytest

from campaigns.store import sql_callbacks
from campaigns.store.database import Database, read_url
from campaigns.store.opening import open_store
from campaigns.store.schema import leads

on_postgres = pytest.param("postgres", marks=pytest.mark.postgres)
NOW = 1_770_000_000.0


@pytest.mark.parametrize("kind", ["sqlite", on_postgres])
def test_callbacks_are_found_by_their_own_index(kind: str, request: pytest.FixtureRequest, tmp_path: Path) -> None:
    if kind == "sqlite":
        url = f"sqlite:///{tmp_path}/dialer.sqlite3"
        open_store(url, upgrade=True).close()
    else:
        url = request.getfixturevalue("empty_postgres_url")
    database = Database(read_url(url))
    explain = "EXPLAIN QUERY PLAN " if kind == "sqlite" else "EXPLAIN "
    wanted = sql_callbacks.due(1, NOW, leads.c.lead_id)
    with database.reading() as connection:
        if kind != "sqlite":
            # An empty table is read as a whole otherwise.
            connection.exec_driver_sql("SET enable_seqscan = off")
        text = str(wanted.compile(connection, compile_kwargs={"literal_binds": True}))
        plan = "\n".join(str(row) for row in connection.exec_driver_sql(explain + text))
        assert "leads_called_back" in plan
        assert sql_callbacks.due_by_agent(connection, 1, NOW) == {}
    database.close()
