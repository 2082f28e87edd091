"""The Replaces header."""

import pytest

from dialer.gateway.sip import MalformedMessage
from dialer.gateway.sip.replaces import Replaces, parse_replaces


@pytest.mark.parametrize(
    ("value", "read"),
    [
        ("a@h;to-tag=1;from-tag=2", Replaces("a@h", "1", "2", False)),
        (" a@h ; from-tag = 2 ; TO-TAG=1 ; early-only", Replaces("a@h", "1", "2", True)),
        ("9@h;from-tag=r33;to-tag=ff8", Replaces("9@h", "ff8", "r33", False)),
    ],
)  # fmt: skip
def test_it_is_read(value: str, read: Replaces) -> None:
    assert parse_replaces([value]) == read


@pytest.mark.parametrize(
    "values",
    [[],
     ["a;to-tag=1;from-tag=2"] * 2, ["a;to-tag=1"], ["a;from-tag=2"],
     [";to-tag=1;from-tag=2"], ["a;to-tag=;from-tag=2"]],
)  # fmt: skip
def test_what_names_no_call_is_malformed(values: list[str]) -> None:
    with pytest.raises(MalformedMessage):
        parse_replaces(values)
