import pytest

from campaigns.ports import Verdict
from campaigns.service.erasing import erase_person, erased_verdicts, pseudonym
from campaigns.service.errors import CallerError
from campaigns.store.memory import MemoryStore


def test_a_pseudonym_is_no_number() -> None:
    assert pseudonym(7) == "erased-7"
    verdicts = (Verdict("consent", True, '+12025550101 is not on it, consent is express (form of "Jane")'),)
    assert erased_verdicts(verdicts, ("+12025550101", 'form of "Jane"', ""), 7) == (
        Verdict("consent", True, "erased-7 is not on it, consent is express (erased-7)"),
    )


def test_only_a_number_names_a_person() -> None:
    with pytest.raises(CallerError, match="nobody was erased"):
        erase_person(MemoryStore(), "Jane Doe", 0.0)
