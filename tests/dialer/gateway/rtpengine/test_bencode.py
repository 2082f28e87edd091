import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialer.gateway.rtpengine.bencode import MalformedBencode, decode, encode

VALUES = st.recursive(
    st.binary(max_size=20) | st.integers(-(10**18), 10**18),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=20,
)


@given(VALUES)
def test_what_is_written_is_read_again(value: object) -> None:
    assert decode(encode(value)) == value  # type: ignore[arg-type]


def test_keys_are_sorted_and_text_is_bytes() -> None:
    assert encode({"b": 1, "a": ["x", -2]}) == b"d1:al1:xi-2ee1:bi1ee"


@given(st.binary(max_size=60))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    with contextlib.suppress(MalformedBencode):
        decode(data)


@pytest.mark.parametrize("data", [b"", b"i1", b"iae", b"3:ab", b"l1:a", b"d1:a", b"di1e1:ae", b"1:ab", b"-1:a", b"x"])
def test_what_is_cut_off_or_of_another_kind_is_refused(data: bytes) -> None:
    with pytest.raises(MalformedBencode):
        decode(data)


def test_depth_is_bounded() -> None:
    with pytest.raises(MalformedBencode, match="levels"):
        decode(b"l" * 5000)
