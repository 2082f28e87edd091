"""Calls to the dialer: refused, unless a phone of ours takes the place of an agent's leg."""

import pytest

from dialer.gateway.sip import Credentials, Invitation, RegistrarSettings, SessionAnswered, SessionEnded, make_offer
from dialer.messages import LegClosed
from tests.dialer.gateway.test_sip_gateway import CARRIER, Floor

OFFER = make_offer("192.0.2.20", 33000, origin_id=3, codecs=(8,))


def up() -> Floor:
    return Floor(phones=RegistrarSettings(passwords={"1002": "secret"})).up()


def replaces_of(floor: Floor, name: str) -> str:
    dialog = floor.gateway.agent._table.get(name).dialog
    assert dialog is not None
    return f"{dialog.call_id};to-tag={dialog.local_tag};from-tag={dialog.remote_tag}"


def call(
    floor: Floor, replaces: str | None, password: str = "secret", body: bytes = OFFER
) -> SessionEnded | SessionAnswered:
    """The far end calls the dialer; how that went."""
    own = floor.gateway.address
    floor.far.agent.invite(
        Invitation(
            session_id="pickup",
            uri=f"sip:dialer@{own[0]}:{own[1]}",
            destination=own,
            caller=f"<sip:1002@{own[0]}>",
            headers=() if replaces is None else (("Replaces", replaces),),
            credentials=Credentials(username="1002", password=password),
            body=body,
        ),
        floor.network.now,
    )
    floor.network.run(3)
    told = [event for event in floor.far_events if getattr(event, "session_id", "") == "pickup"]
    assert isinstance(told[-1], SessionEnded | SessionAnswered)
    return told[-1]


def test_the_new_phone_has_the_leg_and_the_old_one_is_let_go() -> None:
    floor = up()
    assert isinstance(call(floor, replaces_of(floor, "anna#1")), SessionAnswered)
    assert floor.media.far_ends["anna#1"] == ("192.0.2.20", 33000, 8)
    assert not [event for event in floor.events if isinstance(event, LegClosed)]
    assert floor.gateway.counters()["legs_moved"] == 1
    floor.far.agent.hang_up("pickup", floor.network.now)
    floor.network.run(1)
    assert [event for event in floor.events if isinstance(event, LegClosed)] == [
        LegClosed(leg_id="anna#1", reason="the far end hung up (Q.850 16)")
    ]
    floor.network.run(60)
    assert set(floor.gateway.agent.session_ids) == {"1-1"}
    assert floor.gateway.agent.dialogs == 1


@pytest.mark.parametrize(
    ("which", "password", "status"),
    [(None, "secret", 404), ("anna#1", "guess", 403), ("1-1", "secret", 481),
     ("x@h;to-tag=1;from-tag=2", "secret", 481),
     ("x@h", "secret", 400)],
)  # fmt: skip
def test_anything_else_is_refused(which: str | None, password: str, status: int) -> None:
    floor = up()
    value = replaces_of(floor, which) if which in ("anna#1", "1-1") and which is not None else which
    ended = call(floor, value, password)
    assert isinstance(ended, SessionEnded)
    assert ended.status == status
    assert floor.gateway.counters()["calls_refused"] >= 1
    assert floor.gateway.counters()["legs"] == 1


def test_audio_that_cannot_be_carried_leaves_the_leg_where_it_is() -> None:
    floor = up()
    ended = call(floor, replaces_of(floor, "anna#1"), body=OFFER.replace(b"RTP/AVP 8", b"RTP/AVP 9"))
    assert isinstance(ended, SessionEnded)
    assert ended.status == 488
    assert floor.media.far_ends["anna#1"] == (CARRIER[0], 30000, 8)


def test_without_a_registrar_nobody_can_prove_anything() -> None:
    floor = Floor().up()
    ended = call(floor, replaces_of(floor, "anna#1"))
    assert isinstance(ended, SessionEnded)
    assert ended.status == 404
