"""Two people who add a migration at the same time must not leave the database with two heads."""

from alembic.script import ScriptDirectory

from campaigns.store.migration import MIGRATIONS


def test_migrations_have_one_head() -> None:
    heads = ScriptDirectory(str(MIGRATIONS)).get_heads()
    assert len(heads) == 1, f"migrations {heads} both say they are the last: let one come after the other"
