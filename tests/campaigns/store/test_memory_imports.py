import pytest
from msgspec.structs import replace

from campaigns.imports import LeadImport
from campaigns.service.errors import ImportMovedError
from campaigns.store.memory_imports import MemoryImports

NEW = LeadImport(import_id=0, campaign_id=1, file_name="a.csv", digest="", created_at=0.0, updated_at=0.0)


def test_imports_are_kept_in_the_order_in_which_they_came() -> None:
    imports = MemoryImports()
    for _ in range(3):
        imports.create(NEW)
    assert [one.import_id for one in imports.all()] == [1, 2, 3]


def test_an_import_that_has_moved_is_left_alone() -> None:
    imports = MemoryImports()
    state = imports.create(NEW)
    imports.write(replace(state, rows=1))
    with pytest.raises(ImportMovedError):
        imports.check(state)
