"""Which conversations go past us, and what brings them back."""

from collections.abc import Sequence

import pytest

from dialer.gateway.direct import DirectMedia
from dialer.gateway.lines import Line, usable_audio
from dialer.gateway.media_port import MediaAddress
from dialer.gateway.moves import Moves
from dialer.gateway.silent_media import SilentMedia
from dialer.gateway.sip import OfferRefused, make_offer

CUSTOMER, AGENT = MediaAddress("192.0.2.1", 5000), MediaAddress("192.0.2.2", 6000)
OWN = {"1-1": MediaAddress("198.51.100.1", 7000), "ann#1": MediaAddress("198.51.100.1", 7002)}


class Told(Moves):
    """Notes what far ends are to be told; `takes` says that one knows it."""

    def __init__(self) -> None:
        super().__init__(lambda: None, lambda: 0.0)
        self.told_them: list[tuple[str, MediaAddress, Sequence[int]]] = []

    def tell(self, line_id: str, address: MediaAddress, codecs: tuple[int, ...] = (0, 8)) -> None:
        self.told_them.append((line_id, address, codecs))

    def takes(self, line_id: str) -> None:
        """It takes the last that it was told."""
        self.on_told(line_id, next(address for name, address, _ in reversed(self.told_them) if name == line_id))


class Room:
    """A call over a trunk and an agent's leg, both connected."""

    def __init__(self, trunks: tuple[str, ...] = ("t",), codecs: tuple[int, ...] = (0, 8), host: str = "") -> None:
        self.media, self.moves = SilentMedia(), Told()
        self.call, self.leg = Line("1-1"), Line("ann#1", "ann")
        self.call.trunk = "t"
        self.lines = {line.line_id: line for line in (self.call, self.leg)}
        self.direct = DirectMedia(self.lines, self.media, self.moves, trunks)
        self.connect(self.call, CUSTOMER, codecs)
        self.connect(self.leg, MediaAddress(host, 6000) if host else AGENT, (0,))

    def connect(self, line: Line, address: MediaAddress, codecs: tuple[int, ...] = (0,)) -> None:
        if line.line_id not in self.media.open_streams:
            self.media.open(line.line_id)
            line.media = OWN[line.line_id]
        line.audio = usable_audio(make_offer(*address, origin_id=1, codecs=codecs))
        assert line.audio is not None
        self.media.connect(line.line_id, *address, line.audio.codecs[0])
        self.direct.connected(line)

    def begin(self) -> "Room":
        self.direct.bridged(self.call, self.leg)
        for line in (self.call, self.leg):
            self.moves.takes(line.line_id)
        self.moves.told_them.clear()
        return self

    @property
    def sent_to(self) -> list[int]:
        """The ports that we send to."""
        return [self.media.far_ends[name][1] for name in ("1-1", "ann#1")]


def test_both_are_told_each_other_with_what_both_can_do_and_then_we_fall_silent() -> None:
    room = Room()
    room.direct.bridged(room.call, room.leg)
    assert room.moves.told_them == [("1-1", AGENT, (0,)), ("ann#1", CUSTOMER, (0,))]
    room.moves.takes("ann#1")
    assert room.sent_to == [5000, 6000], "one alone still hears us"
    room.moves.takes("1-1")
    assert room.sent_to == [0, 0]
    assert room.direct.counters["direct_begun"] == 1


@pytest.mark.parametrize(
    "room",
    [Room(trunks=()), Room(codecs=(8,)), Room(host="2001:db8::1")],
    ids=["not-allowed", "no-common-codec", "another-ip-version"],
)
def test_where_it_cannot_or_may_not_be_nobody_is_told_anything(room: Room) -> None:
    room.direct.bridged(room.call, room.leg)
    assert room.moves.told_them == []


def test_an_outside_agents_trunk_has_to_allow_it_too() -> None:
    room = Room()
    room.leg.trunk = "another"
    room.direct.bridged(room.call, room.leg)
    assert room.moves.told_them == []


def test_a_reason_brings_both_back_and_its_end_lets_them_go_again() -> None:
    room = Room().begin()
    room.direct.forbid("1-1", "recording")
    assert room.sent_to == [5000, 6000]
    assert [(name, address) for name, address, _ in room.moves.told_them] == list(OWN.items())
    room.direct.forbid("1-1", "a guest")
    room.moves.told_them.clear()
    room.direct.allow("1-1", "recording")
    assert room.moves.told_them == []
    room.direct.allow("1-1", "a guest")
    assert [address for _, address, _ in room.moves.told_them] == [AGENT, CUSTOMER]
    assert room.direct.counters == {"direct_begun": 1, "direct_ended": 1, "direct_refused": 0}


def test_what_is_recorded_from_the_beginning_never_goes() -> None:
    room = Room()
    room.direct.bridged(room.call, room.leg, ["recording"])
    assert room.moves.told_them == []


def test_a_refusal_brings_the_other_back_for_good() -> None:
    room = Room()
    room.direct.bridged(room.call, room.leg)
    room.moves._wanted["ann#1"] = room.moves._offered["ann#1"] = CUSTOMER
    room.moves.told_them.clear()
    room.moves.refused(OfferRefused(session_id="ann#1", status=488))
    assert [(name, address) for name, address, _ in room.moves.told_them] == list(OWN.items())
    room.moves.told_them.clear()
    room.direct.allow("1-1", "recording")
    assert room.moves.told_them == []
    assert room.direct.counters["direct_refused"] == 1


def test_a_far_end_that_moves_or_holds_brings_both_back_and_one_that_stays_does_not() -> None:
    room = Room().begin()
    room.connect(room.leg, AGENT)
    assert room.sent_to == [0, 0]
    room.connect(room.leg, MediaAddress("192.0.2.2", 6100))
    assert room.sent_to == [5000, 6100]
    assert room.direct.counters["direct_ended"] == 1


def test_at_the_end_of_a_call_the_agent_comes_back_to_us() -> None:
    room = Room().begin()
    del room.lines["1-1"]
    assert room.direct.forget("1-1"), "what passed elsewhere is not judged by what passed here"
    assert [(name, address) for name, address, _ in room.moves.told_them] == [("ann#1", OWN["ann#1"])]
    assert room.sent_to == [0, 6000]
    assert not room.direct.forget("1-1")


def test_an_answer_that_comes_too_late_changes_nothing() -> None:
    room = Room()
    room.direct.bridged(room.call, room.leg)
    room.direct.parted("1-1")
    room.moves.on_told("1-1", AGENT)
    room.moves.on_told("ann#1", CUSTOMER)
    assert room.sent_to == [5000, 6000]
    room.direct.parted("1-1")
