import pytest
from msgspec.structs import replace

from campaigns.imports import LeadImport
from campaigns.service.errors import ImportMovedError
from campaigns.store.listing import IMPORTS_MAX
from campaigns.store.memory_imports import MemoryImports

NEW = LeadImport(import_id=0, campaign_id=1, file_name="a.csv", digest="", created_at=0.0, updated_at=0.0)


def test_only_the_last_imports_are_listed() -> None:
    imports = MemoryImports()
    for _ in range(IMPORTS_MAX + 5):
        imports.create(NEW)
    listed = imports.listed(1)
    assert (len(listed), listed[0].import_id) == (IMPORTS_MAX, IMPORTS_MAX + 5)


def test_an_import_that_has_moved_is_left_alone() -> None:
    imports = MemoryImports()
    state = imports.create(NEW)
    imports.write(replace(state, rows=1))
    with pytest.raises(ImportMovedError):
        imports.check(state)
