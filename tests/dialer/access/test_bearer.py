import pytest

from dialer.access.bearer import hash_secret, is_secret, new_secret, read_token_text, token_text


def test_a_tokens_text_is_read_back() -> None:
    secret = new_secret()
    assert read_token_text(token_text(4711, secret)) == (4711, secret)


@pytest.mark.parametrize("text", ["", "dialer_", "dialer_x_" + "a" * 43, "dialer_1_short", " dialer_1_" + "a" * 43])
def test_what_is_no_token_is_none(text: str) -> None:
    assert read_token_text(text) is None


def test_a_secret_fits_its_hash_alone() -> None:
    secret = new_secret()
    assert len(secret) >= 43
    assert is_secret(hash_secret(secret), secret)
    assert not is_secret(hash_secret(secret), new_secret())
