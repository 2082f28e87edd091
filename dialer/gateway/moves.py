"""Tells far ends, by re-INVITE, that their audio is received at another address."""

import logging
from collections.abc import Callable

from dialer.gateway.media.g711 import PCMA, PCMU
from dialer.gateway.media_port import MediaAddress
from dialer.gateway.sip import OfferRefused, UnknownSession, WrongState, offer_again, parse_sdp
from dialer.gateway.udp import Shell

log = logging.getLogger(__name__)

AGAIN_S = 2.2
"""After a 491, or while another request is under way (RFC 3261 section 14.1: 2.1 to 4 s)."""
GLARE = 491
REMINDER = "move:"
CODECS = (PCMU, PCMA)


class Moves:
    """What each far end is still to be told.

    Args:
        shell: the gateway's, once it is started.
        now: the gateway's clock.
    """

    def __init__(self, shell: Callable[[], Shell | None], now: Callable[[], float]) -> None:
        self._shell = shell
        self._now = now
        self._wanted: dict[str, MediaAddress] = {}
        self._offered: dict[str, MediaAddress] = {}
        """What is on its way: until it is answered nobody knows what the far end knows."""
        self._codecs: dict[str, tuple[int, ...]] = {}
        """Where others than all are offered."""
        self.on_told: Callable[[str, MediaAddress], None] = lambda _line_id, _address: None
        """Called with a line and the address that its far end knows now."""
        self.on_refused: Callable[[str], None] = lambda _: None
        """Called with a line whose far end does not take its address."""
        self.counters = {"moves_told": 0, "moves_refused": 0}

    def tell(self, line_id: str, address: MediaAddress, codecs: tuple[int, ...] = CODECS) -> None:
        """The audio of a line is received at `address` now, by somebody who can do with `codecs`."""
        self._wanted[line_id] = address
        self._codecs[line_id] = codecs
        self._try(line_id)

    def told(self, line_id: str) -> None:
        """The far end has taken an offer, or made one: see whether there is another for it."""
        self._offered.pop(line_id, None)
        if line_id in self._wanted:
            self._try(line_id)

    def refused(self, event: OfferRefused) -> None:
        """The far end does not want it: tried again after a glare, given up otherwise."""
        line_id = event.session_id
        offered = self._offered.pop(line_id, None)
        if event.status == GLARE:
            self._remind(line_id)
        elif line_id in self._wanted and self._wanted[line_id] != offered:
            # It was overtaken: something else is wanted by now.
            self._try(line_id)
        elif self._wanted.pop(line_id, None) is not None:
            self.counters["moves_refused"] += 1
            log.warning("%s does not take a new media address: %d", line_id, event.status)
            self.on_refused(line_id)

    def reminded(self, name: str) -> bool:
        """Whether a reminder was ours; if so it is tried again."""
        if not name.startswith(REMINDER):
            return False
        line_id = name.removeprefix(REMINDER)
        if line_id in self._wanted:
            self._try(line_id)
        return True

    def forget(self, line_id: str) -> None:
        """A line has ended."""
        self._wanted.pop(line_id, None)
        self._offered.pop(line_id, None)
        self._codecs.pop(line_id, None)

    def _try(self, line_id: str) -> None:
        shell, address = self._shell(), self._wanted[line_id]
        if shell is None or line_id in self._offered:
            return
        try:
            local_body = shell.agent.local_body(line_id)
            local = parse_sdp(local_body)
            if (local.host, local.port) == address:
                del self._wanted[line_id]
                self.on_told(line_id, address)
                return
            shell.agent.offer(line_id, offer_again(local_body, *address, self._codecs[line_id]), self._now())
            self._offered[line_id] = address
            self.counters["moves_told"] += 1
        except UnknownSession:
            del self._wanted[line_id]
        except WrongState:
            self._remind(line_id)
        shell.pump()

    def _remind(self, line_id: str) -> None:
        shell = self._shell()
        if shell is not None and line_id in self._wanted:
            shell.agent.remind(REMINDER + line_id, self._now() + AGAIN_S)
