"""What the fuzzer feeds: fed here by Hypothesis, from whole messages of which pieces are changed."""

from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks import sip_fuzz
from benchmarks.sip_fuzz_target import Target

SEEDS = sip_fuzz.seeds()
PIECES = st.one_of(
    st.binary(max_size=40), st.sampled_from([word.encode() for word in sip_fuzz.DICTIONARY]), st.just(b"\r\n")
)


@st.composite
def spoilt(draw: st.DrawFn) -> bytes:
    """A message with pieces of it put in, taken out or put elsewhere."""
    data = draw(st.sampled_from(SEEDS))
    for _ in range(draw(st.integers(1, 4))):
        begin = draw(st.integers(0, len(data)))
        end = draw(st.integers(begin, min(len(data), begin + 60)))
        data = data[:begin] + draw(PIECES) + data[end:]
    return data


@settings(max_examples=50, deadline=None)
@given(st.lists(spoilt(), min_size=1, max_size=4))
def test_nothing_that_comes_raises_anything(inputs: list[bytes]) -> None:
    target = Target()
    for data in inputs:
        target.take(data)
    assert target.executions == len(inputs)


def test_each_seed_is_taken_and_the_dearest_is_noted() -> None:
    target = Target()
    for data in SEEDS:
        target.take(data)
    assert target.slowest_ns_per_byte > 0
    assert target.slowest_input in SEEDS
    assert 0 < target.malformed < len(SEEDS) / 2
