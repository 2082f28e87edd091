import pytest

from dialer.gateway.media_port import MediaEngine, MediaError
from dialer.gateway.silent_media import SilentMedia


def test_it_is_a_media_engine() -> None:
    engine: MediaEngine = SilentMedia()
    assert engine.open("call").host == "127.0.0.1"


def test_a_closed_port_is_given_out_again() -> None:
    media = SilentMedia(streams_max=1)
    first = media.open("one")
    with pytest.raises(MediaError, match="all 1 RTP ports are in use"):
        media.open("two")
    media.close("one")
    media.close("one")
    assert media.open("two") == first


def test_a_bridge_has_two_sides_and_ends_with_either() -> None:
    media = SilentMedia()
    media.open("call")
    media.open("leg")
    media.bridge("call", "leg")
    assert media.bridges == {"call": "leg", "leg": "call"}
    with pytest.raises(MediaError, match="already bridged"):
        media.bridge("leg", "call")
    media.close("call")
    assert media.bridges == {}
    media.unbridge("leg")


def test_what_plays_is_reported_done_once() -> None:
    media = SilentMedia()
    media.open("call")
    done: list[str] = []
    media.play("call", "safe-harbour", lambda: done.append("call"))
    media.finish("call")
    media.finish("call")
    assert done == ["call"]
    assert media.prompts == [("call", "safe-harbour")]


def test_what_is_stopped_bridged_or_closed_is_never_done() -> None:
    media = SilentMedia()
    done: list[str] = []
    for stream_id in ("stopped", "bridged", "closed", "leg"):
        media.open(stream_id)
        media.play(stream_id, "hold", lambda stream_id=stream_id: done.append(stream_id))  # type: ignore[misc]
    media.stop("stopped")
    media.bridge("bridged", "leg")
    media.close("closed")
    for stream_id in ("stopped", "bridged", "closed", "leg"):
        media.finish(stream_id)
    assert done == []


def test_deferred_prompts_end_when_the_loop_comes_round() -> None:
    later: list[object] = []
    media = SilentMedia(defer=later.append)
    media.open("call")
    done: list[bool] = []
    media.play("call", "hold", lambda: done.append(True))
    assert not done
    assert callable(later[0])
    later[0]()
    assert done == [True]


def test_unknown_streams_and_payload_types_are_refused() -> None:
    media = SilentMedia()
    with pytest.raises(MediaError, match="not open"):
        media.connect("call", "192.0.2.1", 4000, 0)
    media.open("call")
    with pytest.raises(MediaError, match="neither PCMU"):
        media.connect("call", "192.0.2.1", 4000, 18)
    media.connect("call", "192.0.2.1", 4000, 8)
    assert media.far_ends == {"call": ("192.0.2.1", 4000, 8)}
    assert media.statistics("call").packets_in == 0


def test_a_timeout_reaches_the_callback() -> None:
    media = SilentMedia()
    heard: list[str] = []
    media.set_on_timeout(heard.append)
    media.open("call")
    media.time_out("call")
    assert heard == ["call"]
