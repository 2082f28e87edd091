import pytest

from dialer.gateway.lines import Line, usable_audio
from dialer.gateway.sip import make_offer


def test_a_leg_has_an_agent() -> None:
    assert Line("anna#1", "anna").is_leg
    assert not Line("1-1").is_leg


@pytest.mark.parametrize(
    "body",
    [b"", b"rubbish", make_offer("192.0.2.1", 4000, origin_id=1).replace(b"0 8 101", b"18"),
     make_offer("192.0.2.1", 4000, origin_id=1).replace(b"c=IN IP4 192.0.2.1\r\n", b"")],
)  # fmt: skip
def test_sdp_that_carries_no_audio_for_us(body: bytes) -> None:
    assert usable_audio(body) is None


def test_sdp_that_does() -> None:
    audio = usable_audio(make_offer("192.0.2.1", 4000, origin_id=1))
    assert audio is not None
    assert (audio.host, audio.port) == ("192.0.2.1", 4000)
