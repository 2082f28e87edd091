"""Calls through Kamailio: both sides' requests follow the route set, whoever hangs up."""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from dialer.messages import CallEnded
from dialer.model import CallCause
from tests.interop.conftest import StartSipp
from tests.interop.kamailio_process import Kamailio
from tests.interop.sipp_process import Sipp
from tests.interop.test_sipp_carrier import (
    ANSWERED,
    BY_DIALER,
    RINGING,
    cancel_when_ringing,
    ended,
    hang_up_when_answered,
    run,
)

pytestmark = [pytest.mark.peers, pytest.mark.sipp]


class Edge:
    """Sipp behind Kamailio; what `run` takes for a carrier is Kamailio's address."""

    def __init__(self, sipp: Sipp, kamailio: Kamailio) -> None:
        self.address = kamailio.address
        self.messages = sipp.messages
        self.finish = sipp.finish


@pytest.fixture
def start_edge(start_sipp: StartSipp, tmp_path: Path) -> Iterator[StartSipp]:
    with ExitStack() as running:

        def start(scenario: str, transport: str = "udp", **options: object) -> Edge:
            sipp = start_sipp(scenario, **options)
            return Edge(sipp, running.enter_context(Kamailio(tmp_path, sipp.port, transport)))

        yield start  # type: ignore[misc]


def test_we_hang_up_through_the_edge(start_edge: StartSipp) -> None:
    edge = start_edge("answer_edge")
    assert run(edge, hang_up_when_answered) == [RINGING, ANSWERED, BY_DIALER]
    ack, bye = (edge.messages().rpartition(f"\n{method} sip:")[2].partition("\n\n")[0] for method in ("ACK", "BYE"))
    for text in (ack, bye):
        assert text.count("Via: ") == 2, "it went through Kamailio"
        assert "Route:" not in text.replace("Record-Route:", ""), "which took its own Route off"


def test_the_far_end_hangs_up_through_the_edge(start_edge: StartSipp) -> None:
    events = run(start_edge("far_end_hangs_up_edge"))
    assert events == [RINGING, ANSWERED, ended(CallCause.FAR_END, None, "the far end hung up (Q.850 16)")]


def test_a_refusal_through_the_edge(start_edge: StartSipp) -> None:
    edge = start_edge("refuse", keys={"status": "486", "phrase": "Busy Here", "header": "X-Nothing: 1"})
    assert run(edge) == [ended(CallCause.BUSY, 486, "486 Busy Here")]


def test_a_call_given_up_through_the_edge(start_edge: StartSipp) -> None:
    (_, event) = run(start_edge("never_answers_edge"), cancel_when_ringing)
    assert isinstance(event, CallEnded)
    assert (event.cause, event.sip_status) == (CallCause.DIALER, 487)


def test_from_tcp_to_udp_at_the_edge(start_edge: StartSipp) -> None:
    edge = start_edge("answer_edge", transport="tcp+udp")
    assert run(edge, hang_up_when_answered, transport="tcp") == [RINGING, ANSWERED, BY_DIALER]
