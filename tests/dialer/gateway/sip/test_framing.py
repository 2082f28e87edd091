"""Messages are cut out of a stream, however it is chopped."""

from contextlib import suppress
from time import thread_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialer.gateway.sip import MalformedMessage
from dialer.gateway.sip.framing import PING, StreamFramer


def message(body: bytes, length: str = "Content-Length") -> bytes:
    return b"OPTIONS sip:a@b SIP/2.0\r\n" + f"{length}: {len(body)}\r\n".encode() + b"To: <sip:a@b>\r\n\r\n" + body


bodies = st.lists(st.binary(max_size=60), max_size=5)


@given(bodies, st.data())
def test_any_chopping_gives_the_same_messages(contents: list[bytes], data: st.DataObject) -> None:
    messages = [
        message(body, data.draw(st.sampled_from(["Content-Length", "l", "L ", "CONTENT-LENGTH"]))) for body in contents
    ]
    stream = b"".join(each + data.draw(st.sampled_from([b"", b"\r\n"])) for each in messages)
    framer = StreamFramer()
    frames: list[bytes] = []
    while stream:
        size = data.draw(st.integers(1, len(stream)))
        frames += framer.feed(stream[:size])
        stream = stream[size:]
    assert frames == messages
    assert framer.is_between_messages


@given(st.binary(max_size=400), st.lists(st.integers(1, 40), min_size=1, max_size=20))
def test_whatever_comes_is_framed_or_refused(stream: bytes, sizes: list[int]) -> None:
    framer = StreamFramer()
    with suppress(MalformedMessage):
        for size in sizes:
            framer.feed(stream[:size])
            stream = stream[size:]


def test_a_ping_is_told_from_a_line_end() -> None:
    framer = StreamFramer()
    assert framer.feed(b"\r\n") == []
    assert framer.feed(b"\r\n") == [PING]
    assert framer.feed(b"\r\n" + message(b"x")) == [message(b"x")]
    assert framer.feed(message(b"y") + PING) == [message(b"y"), PING]
    assert framer.feed(PING * 50) == [PING], "one answer is enough for all that came at once"


@pytest.mark.parametrize(
    "head",
    [
        b"OPTIONS sip:a SIP/2.0\r\nTo: a\r\n\r\n",
        b"OPTIONS sip:a SIP/2.0\r\nl: 1\r\nContent-Length: 2\r\n\r\n",
        b"OPTIONS sip:a SIP/2.0\r\nl: -1\r\n\r\n",
        b"OPTIONS sip:a SIP/2.0\r\nl: 99999999\r\n\r\n",
        b"x" * 70_000,
    ],
)
def test_a_stream_without_frames_is_given_up(head: bytes) -> None:
    with pytest.raises(MalformedMessage):
        StreamFramer().feed(head)


def test_bytes_that_come_one_by_one_cost_no_more_than_their_number() -> None:
    def cost_s(size: int) -> float:
        framer = StreamFramer()
        begun = thread_time()
        for _ in range(size):
            framer.feed(b"x")
        return thread_time() - begun

    assert min(cost_s(40_000) for _ in range(3)) < 40 * min(cost_s(4_000) for _ in range(3))
