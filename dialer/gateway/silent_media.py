"""A media engine that sends and receives nothing: for signalling tests, benchmarks and load on the SIP side alone."""

from collections.abc import Callable

from dialer.gateway.media_port import Ear, MediaAddress, MediaError, StreamStatistics
from dialer.model import MonitorMode

CARRIED_PAYLOAD_TYPES = (0, 8)


class SilentMedia:
    """Keeps the books of a media engine (streams, bridges, prompts, ports) with no socket behind them.

    A prompt plays for ever until a test calls `finish(stream_id)`, or is over at once where `defer` is given: the
    function that runs a callback later (an event loop's `call_soon`).
    """

    def __init__(
        self,
        host: str = "127.0.0.1",
        first_port: int = 40000,
        streams_max: int = 10000,
        defer: Callable[[Callable[[], None]], object] | None = None,
    ) -> None:
        self._host = host
        self._free = [first_port + 2 * n for n in reversed(range(streams_max))]
        self._defer = defer
        self._ports: dict[str, int] = {}
        self._on_digit: Callable[[str, str], None] = lambda _stream_id, _key: None
        self._on_moved: Callable[[str, MediaAddress], None] = lambda _stream_id, _address: None
        self._on_timeout: Callable[[str], None] = lambda _: None
        self._playing: dict[str, Callable[[], None]] = {}
        self.ears: dict[str, list[Ear]] = {}
        """Who listens to each stream; tests speak to them."""
        self.far_ends: dict[str, tuple[str, int, int]] = {}
        """Host, port and payload type that each stream was last connected to."""
        self.bridges: dict[str, str] = {}
        """Each bridged stream and the other side of it."""
        self.guests: dict[str, tuple[str, str, MonitorMode]] = {}
        """Call, leg and mode of every guest."""
        self.figures: dict[str, StreamStatistics] = {}
        """What tests want said of streams."""
        self.prompts: list[tuple[str, str]] = []
        """Stream and prompt of everything played, in order."""
        self.keys: list[tuple[str, str, int]] = []
        """Stream, keys and payload type of all that was pressed."""

    @property
    def open_streams(self) -> tuple[str, ...]:
        """The streams that hold a port."""
        return tuple(self._ports)

    def open(self, stream_id: str) -> MediaAddress:
        """Take a port number; nothing is bound to it."""
        if stream_id in self._ports:
            raise MediaError(f"stream {stream_id} is already open")
        if not self._free:
            raise MediaError(f"all {len(self._ports)} RTP ports are in use; allow more streams or place fewer calls")
        self._ports[stream_id] = self._free.pop()
        return MediaAddress(self._host, self._ports[stream_id])

    def connect(self, stream_id: str, host: str, port: int, payload_type: int, rtcp_port: int = 0) -> None:  # noqa: ARG002
        """Note the far end."""
        self._check_open(stream_id)
        if payload_type not in CARRIED_PAYLOAD_TYPES:
            raise MediaError(f"payload type {payload_type} is neither PCMU (0) nor PCMA (8)")
        self.far_ends[stream_id] = (host, port, payload_type)

    def bridge(self, first: str, second: str) -> None:
        """Note a bridge."""
        for stream_id in (first, second):
            self._check_open(stream_id)
            if stream_id in self.bridges:
                raise MediaError(f"stream {stream_id} is already bridged to {self.bridges[stream_id]}")
        for stream_id in (first, second):
            self._playing.pop(stream_id, None)
        self.bridges[first] = second
        self.bridges[second] = first

    def unbridge(self, stream_id: str) -> None:
        """Forget a bridge."""
        self._check_open(stream_id)
        self._part(stream_id)

    def join(self, guest: str, call: str, leg: str, mode: MonitorMode) -> None:
        """Note a guest."""
        for stream_id in (guest, call, leg):
            self._check_open(stream_id)
        if len({guest, call, leg}) < 3 or guest in self.bridges:
            raise MediaError(f"stream {guest} cannot be a guest of {call} and {leg}")
        self.guests[guest] = (call, leg, mode)

    def part(self, guest: str) -> None:
        """Forget a guest."""
        self._check_open(guest)
        self.guests.pop(guest, None)

    def play(self, stream_id: str, prompt: str, on_done: Callable[[], None]) -> None:
        """Note a prompt."""
        self._check_open(stream_id)
        if stream_id in self.bridges:
            raise MediaError(f"stream {stream_id} is bridged to {self.bridges[stream_id]}")
        self.prompts.append((stream_id, prompt))
        self._playing[stream_id] = on_done
        if self._defer is not None:
            self._defer(lambda: self.finish(stream_id))

    def finish(self, stream_id: str) -> None:
        """Bring what plays to a stream to its end."""
        on_done = self._playing.pop(stream_id, None)
        if on_done is not None:
            on_done()

    def stop(self, stream_id: str) -> None:
        """Forget what plays."""
        self._check_open(stream_id)
        self._playing.pop(stream_id, None)

    def send_keys(self, stream_id: str, keys: str, payload_type: int) -> None:
        """Note keys."""
        self._check_open(stream_id)
        self.keys.append((stream_id, keys, payload_type))

    def listen(self, stream_id: str, ear: Ear) -> None:
        """Note an ear."""
        self._check_open(stream_id)
        self.ears.setdefault(stream_id, []).append(ear)

    def stop_listening(self, stream_id: str, ear: Ear) -> None:
        """Forget an ear."""
        self._check_open(stream_id)
        if ear in self.ears.get(stream_id, ()):
            self.ears[stream_id].remove(ear)

    def say(self, stream_id: str, payload: bytes, payload_type: int = 0) -> None:
        """Let everyone who listens to a stream hear something, as if its far end had said it."""
        for ear in tuple(self.ears.get(stream_id, ())):
            ear(payload, payload_type)

    def close(self, stream_id: str) -> None:
        """Give the port number back."""
        port = self._ports.pop(stream_id, None)
        if port is None:
            return
        self._free.append(port)
        self._part(stream_id)
        self.guests = {name: one for name, one in self.guests.items() if stream_id not in (name, *one[:2])}
        self._playing.pop(stream_id, None)
        self.ears.pop(stream_id, None)
        self.far_ends.pop(stream_id, None)

    def statistics(self, stream_id: str) -> StreamStatistics:
        """All zero, as nothing flows, unless a test has said otherwise."""
        self._check_open(stream_id)
        return self.figures.get(stream_id, StreamStatistics())

    def counters(self) -> dict[str, int]:
        """Nothing passes, nothing is counted."""
        return {}

    def set_on_digit(self, callback: Callable[[str, str], None]) -> None:
        """Keep the callback for `press`."""
        self._on_digit = callback

    def set_on_moved(self, callback: Callable[[str, MediaAddress], None]) -> None:
        """Keep the callback for `move`."""
        self._on_moved = callback

    def move(self, stream_id: str, address: MediaAddress) -> None:
        """Report that a stream is received elsewhere, as an engine outside this process would."""
        self._on_moved(stream_id, address)

    def press(self, stream_id: str, key: str) -> None:
        """Report a key, as an engine with sockets would."""
        self._on_digit(stream_id, key)

    def set_on_timeout(self, callback: Callable[[str], None]) -> None:
        """Keep the callback for `time_out`."""
        self._on_timeout = callback

    def set_on_failed(self, callback: Callable[[str, str], None]) -> None:
        """Keep the callback for `fail`."""
        self._on_failed = callback

    def fail(self, stream_id: str, reason: str) -> None:
        """Report that a stream is lost, as an engine outside this process would."""
        self._on_failed(stream_id, reason)

    def time_out(self, stream_id: str) -> None:
        """Report that no packet came on a stream, as an engine with sockets would."""
        self._on_timeout(stream_id)

    def _check_open(self, stream_id: str) -> None:
        if stream_id not in self._ports:
            raise MediaError(f"stream {stream_id} is not open")

    def _part(self, stream_id: str) -> None:
        other = self.bridges.pop(stream_id, None)
        if other is not None:
            del self.bridges[other]
