import itertools

import pytest

from dialer.gateway.sip.nonces import LIFE_S, NONCES_MAX, Nonces, NonceVerdict


@pytest.fixture
def nonces() -> Nonces:
    numbers = itertools.count()
    return Nonces(lambda: f"n{next(numbers)}")


def test_a_count_is_good_once_and_a_higher_one_again(nonces: Nonces) -> None:
    nonce = nonces.new(0.0)
    assert nonces.judge(nonce, "00000001", 1.0) is NonceVerdict.FRESH
    assert nonces.judge(nonce, "00000001", 1.0) is NonceVerdict.FRESH, "looking uses nothing up"
    nonces.use(nonce, "00000001")
    assert nonces.judge(nonce, "00000001", 1.0) is NonceVerdict.REPLAYED
    assert nonces.judge(nonce, "0000000a", 1.0) is NonceVerdict.FRESH


@pytest.mark.parametrize("count", ["", "1", "zzzzzzzz", "00000000", "-0000001"])
def test_what_is_no_count(nonces: Nonces, count: str) -> None:
    assert nonces.judge(nonces.new(0.0), count, 0.0) is NonceVerdict.REPLAYED


def test_an_old_or_unknown_one_is_stale(nonces: Nonces) -> None:
    nonce = nonces.new(0.0)
    assert nonces.judge(nonce, "00000001", LIFE_S) is NonceVerdict.STALE
    assert nonces.judge("forged", "00000001", 0.0) is NonceVerdict.STALE


def test_their_number_is_bounded(nonces: Nonces) -> None:
    first = nonces.new(0.0)
    for _ in range(NONCES_MAX):
        nonces.new(0.0)
    assert nonces.judge(first, "00000001", 0.0) is NonceVerdict.STALE
