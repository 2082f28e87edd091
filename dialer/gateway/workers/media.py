"""`MediaEngine` by workers: RTP is relayed in other processes, one for each core that is to carry audio.

Here is kept what every method has to answer at once: ports, who is bridged, the newest figures. A stream is opened
with the worker that has fewest; when two are bridged, one moves to the other's worker, on the same socket and with the
same row of packets (`dialer.gateway.media.handover`). The sockets stay open here too, so a worker that dies
takes no port along; its streams are reported as failed.
"""

import asyncio
import secrets
import socket
from collections import Counter
from collections.abc import Callable, Mapping

from dialer.gateway.media.ports import RtpPorts
from dialer.gateway.media.prompts import Prompt, check_prompt
from dialer.gateway.media.stream import check_far_end
from dialer.gateway.media_port import Ear, MediaAddress, MediaError, StreamStatistics
from dialer.gateway.workers import orders
from dialer.gateway.workers.backlog import Backlog
from dialer.gateway.workers.crew import Crew, Hand
from dialer.gateway.workers.orders import SOUND, Order, decode_report, encode, unpack_sound
from dialer.gateway.workers.worker import WorkerSettings
from dialer.model import MonitorMode


class _Stream:
    """One stream, as far as it has to be known here."""

    __slots__ = (
        "connected",
        "ears",
        "hand",
        "is_closed",
        "leaving",
        "on_done",
        "other",
        "play",
        "serial",
        "socket",
        "statistics",
        "stream_id",
    )

    def __init__(self, stream_id: str, serial: int, opened: socket.socket, hand: Hand) -> None:
        self.stream_id = stream_id
        self.serial = serial
        self.socket = opened
        self.hand: Hand | None = hand
        """Who has it, or will have; None where that one has died."""
        self.leaving: Hand | None = None
        """Who had it, until they have let it go."""
        self.connected: orders.Connect | None = None
        """The far end, as it was told last."""
        self.other: _Stream | None = None
        self.play = 0
        """The number of what plays."""
        self.on_done: Callable[[], None] | None = None
        self.ears: tuple[Ear, ...] = ()
        self.statistics = StreamStatistics()
        self.is_closed = False


class WorkerMedia:
    """A `MediaEngine` in other processes; all methods belong to the loop's thread.

    Figures are those of a second ago at most; that anything was heard at all is known after a tenth of one.
    """

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        host: str,
        ports: tuple[int, int],
        prompts: Mapping[str, Prompt],
        workers: int,
        media_timeout_s: float = 30.0,
    ) -> None:
        """`host` is both bound and named to the far ends; `ports` is the first and the last."""
        self._host = host
        self._ports = RtpPorts(host, *ports, secrets.randbelow(max(1, (ports[1] - ports[0]) // 2)))
        self._prompts = frozenset(prompts)
        self._streams: dict[str, _Stream] = {}
        self._by_serial: dict[int, _Stream] = {}
        """Those too that are closed here and not yet over there."""
        self._guests: dict[int, tuple[int, int]] = {}
        """The call and the leg that a guest is at."""
        self._serial = self._plays = self._moved = self._lost = 0
        self._past: Counter[str] = Counter()
        """What the dead had counted."""
        self._backlog = Backlog()
        self._on_timeout: Callable[[str], None] = lambda _: None
        self._on_failed: Callable[[str, str], None] = lambda _stream_id, _reason: None
        self._on_digit: Callable[[str, str], None] = lambda _stream_id, _key: None
        settings = WorkerSettings(host, media_timeout_s, dict(prompts))
        self._crew = Crew(loop, settings, workers, self._take, self._lose)

    def open(self, stream_id: str) -> MediaAddress:
        """Take a free port and let a worker receive on it.

        Raises:
            MediaError: No port is free, no worker is there, or the stream is already open.
        """
        if stream_id in self._streams:
            raise MediaError(f"stream {stream_id} is already open")
        hand = min(self._crew.up.values(), key=lambda one: len(one.serials), default=None)
        if hand is None:
            raise MediaError("no media worker is running; one is started as soon as may be")
        opened = self._ports.take()
        self._serial += 1
        stream = self._streams[stream_id] = _Stream(stream_id, self._serial, opened, hand)
        self._by_serial[stream.serial] = stream
        hand.serials.add(stream.serial)
        hand.link.send(encode(orders.Open(stream.serial)), (opened.fileno(),))
        return MediaAddress(self._host, opened.getsockname()[1])

    def connect(self, stream_id: str, host: str, port: int, payload_type: int, rtcp_port: int = 0) -> None:
        """Send to `host`:`port` until packets from elsewhere show a better address.

        Raises:
            MediaError: A payload type that is not G.711, or a host that is not an IP address.
        """
        stream = self._stream(stream_id)
        check_far_end(stream_id, stream.socket.family, host, payload_type)
        stream.connected = orders.Connect(stream.serial, host, port, payload_type, rtcp_port)
        self._tell(stream.connected, stream)

    def bridge(self, first: str, second: str) -> None:
        """Pass audio both ways as soon as both are with one worker.

        Raises:
            MediaError: One of them is bridged already.
        """
        one, other = self._stream(first), self._stream(second)
        for stream in (one, other):
            if stream.other is not None:
                raise MediaError(f"stream {stream.stream_id} is already bridged to {stream.other.stream_id}")
        one.other, other.other = other, one
        one.on_done = other.on_done = None
        self._gather(one, other, is_bridge=True)
        self._tell(orders.Bridge(one.serial, other.serial), one, other)

    def unbridge(self, stream_id: str) -> None:
        """Take a stream and the other side of its bridge apart."""
        stream = self._stream(stream_id)
        if stream.other is not None:
            other = stream.other
            stream.other = other.other = None
            self._tell(orders.Unbridge(stream.serial), stream, other)

    def join(self, guest: str, call: str, leg: str, mode: MonitorMode) -> None:
        """Let a guest hear a conversation, and be heard by whom `mode` says.

        Raises:
            MediaError: The guest is in a bridge, or one of the two.
        """
        visitor, customer, agent = (self._stream(name) for name in (guest, call, leg))
        if len({guest, call, leg}) < 3 or visitor.other is not None:
            raise MediaError(f"stream {guest} cannot be a guest of {call} and {leg}")
        self._guests[visitor.serial] = (customer.serial, agent.serial)
        self._gather(visitor, agent)
        self._gather(customer, agent)
        order = orders.Join(visitor.serial, customer.serial, agent.serial, mode)
        self._tell(order, visitor, customer, agent)

    def part(self, guest: str) -> None:
        """Take a guest out."""
        stream = self._stream(guest)
        self._guests.pop(stream.serial, None)
        self._tell(orders.Part(stream.serial), stream)

    def play(self, stream_id: str, prompt: str, on_done: Callable[[], None]) -> None:
        """Play a prompt at its own pace.

        Raises:
            MediaError: There is no such prompt, or the stream is bridged.
        """
        stream = self._stream(stream_id)
        if stream.other is not None:
            raise MediaError(f"stream {stream_id} is bridged to {stream.other.stream_id}")
        check_prompt(prompt, self._prompts)
        self._plays += 1
        stream.play, stream.on_done = self._plays, on_done
        self._tell(orders.Play(stream.serial, prompt, self._plays), stream)

    def stop(self, stream_id: str) -> None:
        """Stop what plays."""
        stream = self._stream(stream_id)
        stream.on_done = None
        self._tell(orders.Stop(stream.serial), stream)

    def send_keys(self, stream_id: str, keys: str, payload_type: int) -> None:
        """Let the worker press keys.

        Raises:
            MediaError: The far end wants no audio now.
        """
        stream = self._stream(stream_id)
        if stream.connected is None or not stream.connected.port:
            raise MediaError(f"the far end of stream {stream_id} wants no audio now")
        self._tell(orders.SendKeys(stream.serial, keys, payload_type), stream)

    def listen(self, stream_id: str, ear: Ear) -> None:
        """Have the far end's sound sent here for `ear` to hear."""
        stream = self._stream(stream_id)
        stream.ears = (*stream.ears, ear)
        if len(stream.ears) == 1:
            self._tell(orders.Listen(stream.serial, True), stream)

    def stop_listening(self, stream_id: str, ear: Ear) -> None:
        """Let `ear` hear no more."""
        stream = self._stream(stream_id)
        had_ears = bool(stream.ears)
        stream.ears = tuple(one for one in stream.ears if one != ear)
        if had_ears and not stream.ears:
            self._tell(orders.Listen(stream.serial, False), stream)

    def close(self, stream_id: str) -> None:
        """Let the worker end a stream; its port is given back once that is done."""
        stream = self._streams.pop(stream_id, None)
        if stream is None:
            return
        other, stream.other = stream.other, None
        if other is not None:
            other.other = None
        stream.is_closed, stream.ears, stream.on_done = True, (), None
        ended = [guest for guest, heard in self._guests.items() if stream.serial in (guest, *heard)]
        for guest in ended:
            del self._guests[guest]
        if stream.hand is None:
            self._give_back(stream)
        else:
            self._tell(orders.Close(stream.serial), stream)

    def close_all(self) -> None:
        """Close every stream and let the workers end: the end of the service."""
        for stream_id in tuple(self._streams):
            self.close(stream_id)
        self._crew.close()
        for stream in tuple(self._by_serial.values()):
            self._give_back(stream)

    def statistics(self, stream_id: str) -> StreamStatistics:
        """What an open stream had carried a short while ago."""
        return self._stream(stream_id).statistics

    @property
    def process_ids(self) -> tuple[int, ...]:
        """The workers that run now."""
        return tuple(hand.process.pid for hand in self._crew.up.values())

    def counters(self) -> dict[str, int]:
        """What has passed since the start, by name."""
        total = Counter(self._past)
        for hand in self._crew.up.values():
            total.update(hand.counters)
        own = {"media_workers": len(self._crew.up), "media_workers_lost": self._crew.lost}
        return {**total, **own, "streams_moved": self._moved, "streams_lost": self._lost}

    def set_on_timeout(self, callback: Callable[[str], None]) -> None:
        """Call `callback(stream_id)` once for a stream that is owed packets and got none for the media timeout."""
        self._on_timeout = callback

    def set_on_failed(self, callback: Callable[[str, str], None]) -> None:
        """Call `callback(stream_id, reason)` for every stream of a worker that has died."""
        self._on_failed = callback

    def set_on_moved(self, callback: Callable[[str, MediaAddress], None]) -> None:
        """Never called: a stream keeps its port."""

    def set_on_digit(self, callback: Callable[[str, str], None]) -> None:
        """Call `callback(stream_id, key)` for every key that comes as a telephone event."""
        self._on_digit = callback

    def _stream(self, stream_id: str) -> _Stream:
        try:
            return self._streams[stream_id]
        except KeyError:
            raise MediaError(f"stream {stream_id} is not open") from None

    def _tell(self, order: Order, *streams: _Stream) -> None:
        """Give an order to the worker of these streams, once they are all with it."""

        def send() -> None:
            hand = streams[0].hand
            if hand is not None and all(stream.hand is hand for stream in streams):
                hand.link.send(encode(order))

        self._backlog.do(tuple(stream.serial for stream in streams), send)

    def _gather(self, stream: _Stream, to: _Stream, *, is_bridge: bool = False) -> None:
        """Bring a stream to another's worker; for a bridge either may move, to where fewer conversations are."""

        def move() -> None:
            if stream.hand is None or to.hand is None or stream.hand is to.hand:
                return
            is_other_way = is_bridge and not self._has_guest(to) and self._bridged(to.hand) > self._bridged(stream.hand)
            if is_other_way:
                self._move(to, stream.hand)
            else:
                self._move(stream, to.hand)

        self._backlog.do((stream.serial, to.serial), move)

    def _move(self, stream: _Stream, to: Hand) -> None:
        assert stream.hand is not None, "a stream that is lost goes nowhere"
        self._backlog.leave(stream.serial)
        stream.hand.link.send(encode(orders.Release(stream.serial)))
        stream.hand.serials.discard(stream.serial)
        stream.leaving, stream.hand = stream.hand, to
        to.serials.add(stream.serial)

    def _has_guest(self, stream: _Stream) -> bool:
        """Whether somebody listens to a conversation of this stream, and would be left behind."""
        return any(stream.serial in heard for heard in self._guests.values())

    def _bridged(self, hand: Hand) -> int:
        return sum(self._by_serial[serial].other is not None for serial in hand.serials)

    def _take(self, hand: Hand, message: bytes) -> None:
        if message[0] == SOUND:
            for serial, payload_type, payload in unpack_sound(message):
                talker = self._by_serial.get(serial)
                for ear in () if talker is None else talker.ears:
                    ear(payload, payload_type)
            return
        report = decode_report(message)
        if isinstance(report, orders.Figures):
            hand.counters = report.counters or hand.counters
            for serial, statistics in report.streams.items():
                known = self._by_serial.get(serial)
                if known is not None:
                    known.statistics = statistics
            return
        stream = self._by_serial.get(report.serial)
        if stream is None:
            return
        if isinstance(report, orders.Released):
            self._arrived(stream, report)
        elif isinstance(report, orders.Closed):
            self._give_back(stream)
        elif not stream.is_closed:
            self._report(stream, report)

    def _report(self, stream: _Stream, report: orders.Report) -> None:
        if isinstance(report, orders.Digit):
            self._on_digit(stream.stream_id, report.key)
        elif isinstance(report, orders.TimedOut):
            self._on_timeout(stream.stream_id)
        elif isinstance(report, orders.Played) and report.number == stream.play and stream.on_done is not None:
            on_done, stream.on_done = stream.on_done, None
            on_done()

    def _arrived(self, stream: _Stream, report: orders.Released) -> None:
        """One worker has let a stream go: the other goes on with it."""
        self._moved += 1
        stream.leaving = None
        if stream.hand is not None:
            link = stream.hand.link
            link.send(encode(orders.Open(stream.serial, report.carried)), (stream.socket.fileno(),))
            if stream.connected is not None:
                link.send(encode(stream.connected))
            if stream.ears:
                link.send(encode(orders.Listen(stream.serial, True)))
        self._backlog.arrive(stream.serial)

    def _lose(self, hand: Hand, reason: str) -> None:
        self._past.update(hand.counters)
        lost = [stream for stream in self._by_serial.values() if hand in (stream.hand, stream.leaving)]
        for stream in lost:
            if stream.hand is not None:
                stream.hand.serials.discard(stream.serial)
            stream.hand = stream.leaving = None
            self._backlog.arrive(stream.serial)
        for stream in lost:
            if stream.is_closed:
                self._give_back(stream)
            else:
                self._lost += 1
                self._on_failed(stream.stream_id, reason)

    def _give_back(self, stream: _Stream) -> None:
        if self._by_serial.pop(stream.serial, None) is not None:
            if stream.hand is not None:
                stream.hand.serials.discard(stream.serial)
            self._ports.give_back(stream.socket)
