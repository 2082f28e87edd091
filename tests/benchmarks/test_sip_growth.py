"""How the cost of a message grows with its length."""

import pytest

from benchmarks.sip_fuzz_target import Target
from benchmarks.sip_growth import SHAPES, measure
from dialer.gateway.sip import MalformedMessage, parse_message

QUADRATIC = 3.4
"""Between two, which is linear, and four; what the machine does beside it falls on both lengths."""
ATTEMPTS = 5


@pytest.mark.parametrize("shape", SHAPES)
def test_no_message_costs_more_than_its_length(shape: str) -> None:
    """A quadratic reader fails every time; a busy machine does not spoil five attempts."""
    target = Target()
    assert any(measure(target, shape, SHAPES[shape], 6_000, 3).ratio < QUADRATIC for _ in range(ATTEMPTS))


def test_each_shape_is_what_it_says() -> None:
    readable = 0
    for make in SHAPES.values():
        assert len(make(3000)) > 1000
        try:
            parse_message(make(3000))
        except MalformedMessage:
            continue
        readable += 1
    assert readable > len(SHAPES) / 2, "most of them get beyond the parser"
