import pytest

from dialer.access.errors import WeakPasswordError
from dialer.access.passwords import hash_password, is_password, refuse_weak


@pytest.fixture
def cheap_hashes() -> None:
    """Not here."""


def test_a_password_fits_its_hash_alone() -> None:
    password_hash = hash_password("four plain words here")
    assert password_hash.startswith("$argon2id$v=19$m=65536,t=3,p=4$")
    assert is_password(password_hash, "four plain words here")
    assert not is_password(password_hash, "four plain words there")


@pytest.mark.parametrize("password_hash", ["", "no hash at all"])
def test_nothing_fits_an_account_without_a_password(password_hash: str) -> None:
    assert not is_password(password_hash, "nobody")
    assert not is_password(password_hash, "")


@pytest.mark.parametrize("password", ["", "short", "aaaaaaaaaaaaaaaa", "anna2026anna2026", "x" * 1001])
def test_what_is_easily_guessed_is_refused(password: str) -> None:
    with pytest.raises(WeakPasswordError):
        refuse_weak(password, "anna")


def test_a_few_plain_words_will_do() -> None:
    refuse_weak("four plain words", "anna")
