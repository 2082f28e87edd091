"""A line whose audio is received elsewhere: its far end is told by re-INVITE, again after a glare, and once only."""

from dialer.gateway.media_port import MediaAddress
from dialer.gateway.moves import CODECS
from dialer.gateway.sip import OfferRefused, SessionModified, parse_sdp
from tests.dialer.gateway.test_sip_gateway import Floor

ELSEWHERE = MediaAddress("192.0.2.77", 6000)


def heard(floor: Floor) -> list[tuple[str, int]]:
    """The addresses that the far end was told."""
    bodies = [event.body for event in floor.far_events if isinstance(event, SessionModified)]
    return [(parse_sdp(body).host, parse_sdp(body).port) for body in bodies]


def test_the_far_end_is_told() -> None:
    floor = Floor().up()
    floor.media.move("1-1", ELSEWHERE)
    floor.network.run(1.0)
    assert heard(floor) == [ELSEWHERE]
    assert floor.gateway.counters()["moves_told"] == 1


def test_what_it_knows_already_is_not_told_again() -> None:
    floor = Floor().up()
    for _ in range(2):
        floor.media.move("1-1", ELSEWHERE)
        floor.network.run(1.0)
    assert heard(floor) == [ELSEWHERE]


def test_two_moves_in_a_row_end_at_the_last() -> None:
    floor = Floor().up()
    floor.media.move("1-1", MediaAddress("192.0.2.76", 5000))
    floor.media.move("1-1", ELSEWHERE)
    floor.network.run(5.0)
    assert heard(floor)[-1] == ELSEWHERE


def test_what_is_taken_back_while_it_is_on_its_way_is_taken_back_there_too() -> None:
    floor = Floor().up()
    own = floor.gateway._lines["1-1"].media
    assert own is not None
    told: list[MediaAddress] = []
    floor.gateway._moves.on_told = lambda _, address: told.append(address)
    floor.media.move("1-1", ELSEWHERE)
    floor.media.move("1-1", MediaAddress(*own))
    assert told == []
    floor.network.run(5.0)
    assert heard(floor) == [ELSEWHERE, own]
    assert told == [own]


def test_a_refusal_of_what_is_not_wanted_any_more_is_passed_over() -> None:
    floor = Floor().up()
    moves = floor.gateway._moves
    moves._offered["1-1"] = MediaAddress("192.0.2.78", 6002)
    moves._wanted["1-1"], moves._codecs["1-1"] = ELSEWHERE, CODECS
    moves.refused(OfferRefused(session_id="1-1", status=488))
    floor.network.run(1.0)
    assert heard(floor) == [ELSEWHERE]
    assert floor.gateway.counters()["moves_refused"] == 0


def test_after_a_glare_it_is_told_again_and_after_a_refusal_not() -> None:
    floor = Floor().up()
    moves = floor.gateway._moves
    moves._wanted["1-1"], moves._codecs["1-1"] = ELSEWHERE, CODECS
    moves.refused(OfferRefused(session_id="1-1", status=491))
    assert heard(floor) == []
    floor.gateway._shell.pump()  # type: ignore[union-attr]
    floor.network.run(3.0)
    assert heard(floor) == [ELSEWHERE]
    moves._wanted["1-1"] = moves._offered["1-1"] = MediaAddress("192.0.2.78", 6002)
    refused: list[str] = []
    moves.on_refused = refused.append
    moves.refused(OfferRefused(session_id="1-1", status=488))
    floor.network.run(5.0)
    assert heard(floor) == [ELSEWHERE]
    assert floor.gateway.counters()["moves_refused"] == 1
    assert refused == ["1-1"]


def test_a_line_that_has_gone_is_told_nothing() -> None:
    floor = Floor().up()
    floor.media.move("9-9", ELSEWHERE)
    floor.gateway._moves.forget("1-1")
    floor.gateway._moves.told("1-1")
    assert not floor.gateway._moves.reminded("t")
    floor.network.run(1.0)
    assert heard(floor) == []
