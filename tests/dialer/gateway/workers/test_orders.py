"""Orders, reports and sound survive the way."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialer.gateway.media.handover import Carried
from dialer.gateway.media_port import StreamStatistics
from dialer.gateway.workers import orders
from dialer.model import MonitorMode

CARRIED = Carried(7, (1, 2, 3, 160, 4.5), 1, 2, 3, 4, 5, 6, True, None)


@pytest.mark.parametrize(
    "order",
    [
        orders.Open(1),
        orders.Open(1, CARRIED),
        orders.Connect(1, "::1", 5004, 8, 5005),
        orders.Join(1, 2, 3, MonitorMode.WHISPER),
        orders.Play(1, "hello", 9),
        orders.Listen(1, True),
        orders.Release(1),
    ],
)
def test_orders_arrive_as_they_were_given(order: orders.Order) -> None:
    message = orders.encode(order)
    assert message[0] != orders.SOUND
    assert orders.decode_order(message) == order


@pytest.mark.parametrize(
    "report",
    [
        orders.Digit(1, "#"),
        orders.Released(1, CARRIED),
        orders.Figures({3: StreamStatistics(packets_in=5, jitter_s=0.25)}, {"rtcp_sent": 2}),
    ],
)
def test_reports_arrive_as_they_were_made(report: orders.Report) -> None:
    message = orders.encode(report)
    assert message[0] != orders.SOUND
    assert orders.decode_report(message) == report


@given(st.lists(st.tuples(st.integers(0, 2**32 - 1), st.sampled_from([0, 8]), st.binary(max_size=400))))
def test_sound_arrives_packet_by_packet(sounds: list[orders.Sound]) -> None:
    message = orders.pack_sound(sounds)
    assert message[0] == orders.SOUND
    assert orders.unpack_sound(message) == sounds
