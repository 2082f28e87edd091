"""A media worker: a process that relays RTP as the gateway orders, and ends when the gateway does."""

import asyncio
import contextlib
import gc
import logging
import os
import signal
import socket
import sys
from collections.abc import Callable, Sequence
from typing import Any

import msgspec

from dialer.gateway.media.engine import RtpEngine
from dialer.gateway.media.ports import bind_beside
from dialer.gateway.media.prompts import Prompt
from dialer.gateway.media_port import Ear, MediaError, StreamStatistics
from dialer.gateway.workers import orders
from dialer.gateway.workers.link import MESSAGE_BYTES_MAX, Link
from dialer.gateway.workers.orders import Order, Sound, decode_order, encode, pack_sound

log = logging.getLogger(__name__)

LOOK_S = 0.1
"""How soon the gateway knows that a stream has been heard at all."""
LOOKS = 10
"""All figures are told once in so many looks."""
FIGURES_AT_ONCE = 200
SOUND_BYTES = MESSAGE_BYTES_MAX // 2
GARBAGE_THRESHOLDS = (50_000, 10, 10)


class WorkerSettings(msgspec.Struct, frozen=True, array_like=True):
    """What a worker has to know at its start."""

    host: str
    media_timeout_s: float
    prompts: dict[str, Prompt]


write_settings = msgspec.msgpack.Encoder().encode
read_settings = msgspec.msgpack.Decoder(WorkerSettings).decode


class HandedPorts:
    """Sockets that somebody else has bound: the next one is the one that was handed over last."""

    def __init__(self, host: str) -> None:
        self._host = host
        self.next: socket.socket | None = None

    def take(self) -> socket.socket:
        """The socket that was handed over."""
        taken, self.next = self.next, None
        if taken is None:
            raise MediaError("no socket was handed over")
        return taken

    def beside(self, taken: socket.socket) -> socket.socket | None:
        """A socket on the next port, for RTCP."""
        return bind_beside(self._host, taken)

    def give_back(self, taken: socket.socket) -> None:
        """Close ours; the port is the gateway's."""
        taken.close()


class Worker:
    """Carries out orders on an `RtpEngine`, and reports."""

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        end: socket.socket,
        settings: WorkerSettings,
        on_lost: Callable[[], None],
    ) -> None:
        self._loop = loop
        self._ports = HandedPorts(settings.host)
        self.media = RtpEngine(loop, settings.host, 0, 0, settings.prompts, settings.media_timeout_s, ports=self._ports)
        self.media.set_on_digit(lambda name, key: self._tell(orders.Digit(int(name), key)))
        self.media.set_on_timeout(lambda name: self._tell(orders.TimedOut(int(name))))
        self._link = Link(loop, end, self._take, on_lost)
        self._told: dict[int, tuple[bool, bool]] = {}
        """Open streams, and whether it was told that anything was heard of them, and any sound."""
        self._ears: dict[int, Ear] = {}
        self._sounds: list[Sound] = []
        self._sound_bytes = 0
        self._looks = 0
        self._timer = loop.call_later(LOOK_S, self._look)
        self._carry_out: dict[type, Callable[[Any], None]] = {
            orders.Open: lambda order: self._open(order.serial),
            orders.Connect: lambda order: self.media.connect(str(order.serial), *_far_end(order)),
            orders.Bridge: lambda order: self.media.bridge(str(order.first), str(order.second)),
            orders.Unbridge: lambda order: self.media.unbridge(str(order.serial)),
            orders.Join: lambda order: self.media.join(str(order.guest), str(order.call), str(order.leg), order.mode),
            orders.Part: lambda order: self.media.part(str(order.guest)),
            orders.Play: self._play,
            orders.SendKeys: lambda order: self.media.send_keys(str(order.serial), order.keys, order.payload_type),
            orders.Stop: lambda order: self.media.stop(str(order.serial)),
            orders.Listen: self._listen,
            orders.Release: self._release,
            orders.Close: self._close_stream,
        }

    def close(self) -> None:
        """Close every stream and the line."""
        self._timer.cancel()
        self.media.close_all()
        self._link.close()

    def _take(self, message: bytes, sockets: list[int]) -> None:
        order: Order = decode_order(message)
        handed = [socket.socket(fileno=number) for number in sockets]
        if isinstance(order, orders.Open):
            handed[0].setblocking(False)
            self._ports.next = handed[0]
        try:
            self._carry_out[type(order)](order)
            if isinstance(order, orders.Open) and order.carried is not None:
                self.media.take_over(str(order.serial), order.carried)
        except MediaError as error:
            # The gateway has seen to all that can be wrong with an order, so this is a defect, not the end of a call.
            log.error("media worker: %s cannot be carried out: %s", order, error)

    def _tell(self, report: orders.Report) -> None:
        self._link.send(encode(report))

    def _open(self, serial: int) -> None:
        self.media.open(str(serial))
        self._told[serial] = (False, False)

    def _play(self, order: orders.Play) -> None:
        done = orders.Played(order.serial, order.number)
        self.media.play(str(order.serial), order.prompt, lambda: self._tell(done))

    def _listen(self, order: orders.Listen) -> None:
        serial, name = order.serial, str(order.serial)
        ear = self._ears.pop(serial, None)
        if ear is not None:
            self.media.stop_listening(name, ear)
        if order.is_on:

            def hear(payload: bytes, payload_type: int) -> None:
                self._hear((serial, payload_type, payload))

            self._ears[serial] = hear
            self.media.listen(name, hear)

    def _hear(self, sound: Sound) -> None:
        if not self._sounds:
            # All that is read in this round of the loop goes in one message.
            self._loop.call_soon(self._send_sounds)
        self._sounds.append(sound)
        self._sound_bytes += len(sound[2])
        if self._sound_bytes > SOUND_BYTES:
            self._send_sounds()

    def _send_sounds(self) -> None:
        if self._sounds:
            self._link.send_sound(pack_sound(self._sounds))
            self._sounds, self._sound_bytes = [], 0

    def _release(self, order: orders.Release) -> None:
        self._forget(order.serial)
        self._tell(orders.Released(order.serial, self.media.hand_over(str(order.serial))))

    def _close_stream(self, order: orders.Close) -> None:
        self._forget(order.serial)
        self.media.close(str(order.serial))
        self._tell(orders.Closed(order.serial))

    def _forget(self, serial: int) -> None:
        self._send_sounds()
        self._told.pop(serial, None)
        self._ears.pop(serial, None)

    def _look(self) -> None:
        """Tell the figures of streams that were heard for the first time, and of all from time to time."""
        self._timer = self._loop.call_later(LOOK_S, self._look)
        self._looks += 1
        is_all = self._looks % LOOKS == 0
        figures: dict[int, StreamStatistics] = {}
        for serial, told in self._told.items():
            heard = self.media.has_heard(str(serial))
            if is_all or heard != told:
                self._told[serial] = heard
                figures[serial] = self.media.statistics(str(serial))
            if len(figures) == FIGURES_AT_ONCE:
                self._tell(orders.Figures(figures, {}))
                figures = {}
        if figures or is_all:
            self._tell(orders.Figures(figures, self.media.counters()))


def _far_end(order: orders.Connect) -> tuple[str, int, int, int]:
    return order.host, order.port, order.payload_type, order.rtcp_port


def run_worker(end: socket.socket, settings: WorkerSettings) -> None:
    """The whole life of a worker's process: until the gateway hangs up."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*GARBAGE_THRESHOLDS)

    async def whole() -> None:
        is_over = asyncio.Event()
        worker = Worker(asyncio.get_running_loop(), end, settings, is_over.set)
        await is_over.wait()
        worker.close()

    with asyncio.Runner(loop_factory=_loop_factory()) as runner:
        runner.run(whole())


def _loop_factory() -> Callable[[], asyncio.AbstractEventLoop]:
    with contextlib.suppress(ImportError):
        import uvloop

        return uvloop.new_event_loop
    return asyncio.SelectorEventLoop


def main(arguments: Sequence[str]) -> None:
    """Begin with the numbers of two files that were left open: our end of the line, and the settings.

    Signals that a terminal or a service manager sends to all processes are the gateway's to act on: it has calls to
    hang up first, and these must be heard to the end.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    end, settings = (int(argument) for argument in arguments)
    # All workers read the same open file: not from where another has stopped.
    text = os.pread(settings, os.fstat(settings).st_size, 0)
    os.close(settings)
    run_worker(socket.socket(fileno=end), read_settings(text))


if __name__ == "__main__":
    main(sys.argv[1:])
