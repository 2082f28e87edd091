import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialer.gateway.media.g711 import PCMA, PCMU, SILENCE, decode, encode
from dialer.gateway.media.mixing import FULL, WAITING_MAX, Mixture, Talker, add

LAWS = st.sampled_from([PCMU, PCMA])


@given(st.binary(min_size=1, max_size=200), st.binary(min_size=1, max_size=200), LAWS)
def test_sums_are_those_of_the_samples_and_saturate(first: bytes, second: bytes, law: int) -> None:
    length = min(len(first), len(second))
    samples = decode(first[:length], law).astype(int) + decode(second[:length], law).astype(int)
    assert add(first, second, law) == encode(np.clip(samples, -32768, 32767).astype(np.int16), law)
    assert add(first, second, law) == add(second, first, law)


def test_the_loudest_stays_the_loudest_and_never_turns_round() -> None:
    loud = encode(np.full(160, 32000, np.int16), PCMU)
    assert decode(add(loud, loud, PCMU), PCMU).min() > 31000


def test_silence_adds_nothing() -> None:
    said = encode((3000 * np.sin(np.arange(160))).astype(np.int16), PCMU)
    assert add(said, bytes([SILENCE[PCMU]]) * 160, PCMU) == said


def test_a_talker_is_heard_once_two_packets_wait_and_then_in_order() -> None:
    talker = Talker(PCMU)
    talker(b"\1" * 160, PCMU)
    assert talker.take() is None
    talker(b"\2" * 160, PCMU)
    assert (talker.take(), talker.take(), talker.take()) == (b"\1" * 160, b"\2" * 160, None)
    talker(b"\3" * 160, PCMU)
    assert talker.take() is None, "it fills up again after it has run dry"


def test_packets_of_other_lengths_are_cut_anew() -> None:
    talker = Talker(PCMU)
    talker(bytes(range(240)), PCMU)
    talker(bytes(range(240)), PCMU)
    heard = b"".join(frame for _ in range(3) if (frame := talker.take()) is not None)
    assert heard == (bytes(range(240)) * 2)[:480]


def test_a_talker_who_is_too_fast_loses_the_oldest() -> None:
    talker = Talker(PCMU)
    for place in range(20):
        talker(bytes([place]) * 160, PCMU)
        assert len(talker._waiting) <= WAITING_MAX
    assert len(talker._waiting) >= FULL


def test_what_is_said_in_the_other_law_is_translated() -> None:
    said = encode((8000 * np.sin(np.arange(320) / 3)).astype(np.int16), PCMA)
    talker = Talker(PCMU)
    talker(said, PCMA)
    heard = talker.take()
    assert heard is not None
    assert decode(heard, PCMU) == pytest.approx(decode(said[:160], PCMA), rel=0.05, abs=40)


def test_a_mixture_of_nobody_who_speaks_is_nothing() -> None:
    mixture = Mixture(PCMU, 2)
    assert mixture.take() is None
    mixture.talkers[1](b"\5" * 320, PCMU)
    assert mixture.take() == b"\5" * 160
