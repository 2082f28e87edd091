import io

import pytest

from campaigns.importing.national_lists import list_names, load_national_list
from campaigns.service.errors import CallerError, UnreadableFileError
from campaigns.store.memory import MemoryStore

NOW = 1_772_470_800.0


def load(store: MemoryStore, content: bytes, name: str = "us-national", as_of: float = NOW) -> int:
    return load_national_list(store, name, io.BytesIO(content), "US", as_of, NOW).numbers


def test_a_list_is_read_a_number_a_line() -> None:
    store = MemoryStore()
    content = "\ufeffnumber,since\r\n(202) 555-0101,2020\r\n\r\n+442079460000\r\n".encode()
    assert load(store, content) == 2
    assert dict(store.do_not_call_lists()) == {"us-national": NOW}


@pytest.mark.parametrize("content", [b"+12025550101\n12\n", b"+12025550101\n\xff\n", b"+12025550101\nnobody\n"])
def test_a_line_that_is_no_number_leaves_the_list_as_it_was(content: bytes) -> None:
    store = MemoryStore()
    with pytest.raises(UnreadableFileError, match="line 2"):
        load(store, content)
    assert dict(store.do_not_call_lists()) == {}


def test_only_lists_that_a_profile_asks_for_are_taken() -> None:
    assert {"us-national", "gb-tps", "ca-dncl", "fr-bloctel", "au-dncr", "in-ncpr"} == set(list_names())
    with pytest.raises(CallerError, match="there is no list"):
        load(MemoryStore(), b"", "atlantis")
    with pytest.raises(CallerError, match="future"):
        load(MemoryStore(), b"", as_of=NOW + 1)
