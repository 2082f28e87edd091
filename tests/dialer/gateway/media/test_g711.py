import numpy as np
import pytest

from dialer.gateway.media.g711 import PCMA, PCMU, SILENCE, decode, encode, translate

CODES = bytes(range(256))


@pytest.mark.parametrize(
    ("payload_type", "sample", "code"),
    # Ends, middle and segment edges of G.711 tables 1 and 2.
    [
        (PCMU, 0, 0xFF),
        (PCMU, 32767, 0x80),
        (PCMU, -32768, 0x00),
        (PCMU, 4, 0xFE),
        (PCMU, 1000, 0xCE),
        (PCMU, -1000, 0x4E),
        (PCMA, 0, 0xD5),
        (PCMA, -1, 0x55),
        (PCMA, 32767, 0xAA),
        (PCMA, -32768, 0x2A),
        (PCMA, 1000, 0xFA),
        (PCMA, -1000, 0x7A),
    ],
)
def test_known_codes(payload_type: int, sample: int, code: int) -> None:
    assert encode(np.array([sample], np.int16), payload_type) == bytes([code])


@pytest.mark.parametrize("payload_type", [PCMU, PCMA])
def test_every_code_survives_the_round_trip(payload_type: int) -> None:
    # mu-law has two zeros, and the negative one comes back as the positive.
    expected = CODES.replace(b"\x7f", b"\xff") if payload_type == PCMU else CODES
    assert encode(decode(CODES, payload_type), payload_type) == expected


@pytest.mark.parametrize("payload_type", [PCMU, PCMA])
def test_no_sample_is_off_by_more_than_half_a_step(payload_type: int) -> None:
    samples = np.arange(-32768, 32768).astype(np.int16)
    error = np.abs(decode(encode(samples, payload_type), payload_type).astype(np.int32) - samples)
    # Sixteen steps in every doubling, which mu-law counts from -132 and A-law ends at 16-bit steps of 16.
    half_step = np.maximum((np.abs(samples.astype(np.int32)) + 132) / 32, 8)
    assert (error <= half_step).all()
    assert (np.diff(decode(encode(samples, payload_type), payload_type).astype(np.int32)) >= 0).all()


@pytest.mark.parametrize("payload_type", [PCMU, PCMA])
def test_the_silent_byte_is_silent(payload_type: int) -> None:
    assert abs(int(decode(bytes([SILENCE[payload_type]]), payload_type)[0])) <= 8


@pytest.mark.parametrize(("source", "target"), [(PCMU, PCMA), (PCMA, PCMU)])
def test_translating_is_decoding_and_encoding(source: int, target: int) -> None:
    assert translate(CODES, source, target) == encode(decode(CODES, source), target)


@pytest.mark.parametrize("payload_type", [PCMU, PCMA])
def test_translating_to_the_same_law_changes_nothing(payload_type: int) -> None:
    assert translate(CODES, payload_type, payload_type) == CODES
