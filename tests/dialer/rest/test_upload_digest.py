from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialer.rest.upload_digest import UploadDigest, boundary_of


def digest_of(boundary: bytes, *pieces: bytes) -> bytes:
    made = UploadDigest(boundary)
    for piece in pieces:
        made.update(piece)
    return made.digest()


def body(boundary: bytes, content: bytes) -> bytes:
    return b"--" + boundary + b"\r\nContent-Disposition: form-data\r\n\r\n" + content + b"\r\n--" + boundary + b"--"


@given(content=st.binary(max_size=200), cuts=st.lists(st.integers(0, 300)), boundary=st.sampled_from([b"ab", b"aab"]))
def test_pieces_and_boundaries_do_not_matter(content: bytes, cuts: list[int], boundary: bytes) -> None:
    whole = body(boundary, content.replace(b"a", b"x"))
    pieces = [whole[first:last] for first, last in pairwise([0, *sorted(cuts), len(whole)])]
    other = body(b"e58ed763928c", content.replace(b"a", b"x"))
    assert digest_of(boundary, *pieces) == digest_of(boundary, whole) == digest_of(b"e58ed763928c", other)


def test_content_does() -> None:
    assert digest_of(b"zz", body(b"zz", b"+12025550100")) != digest_of(b"zz", body(b"zz", b"+12025550101"))


@pytest.mark.parametrize(
    ("content_type", "boundary"),
    [
        ("multipart/form-data; boundary=x7", b"x7"),
        ('Multipart/Form-Data; charset=utf-8; boundary="x 7"', b"x 7"),
        ("multipart/form-data", b""),
        ("application/json; boundary=x7", b""),
        ("", b""),
    ],
)
def test_the_boundary_is_in_the_header(content_type: str, boundary: bytes) -> None:
    assert boundary_of(content_type) == boundary
