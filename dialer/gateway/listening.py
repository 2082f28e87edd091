"""What the gateway listens for on its lines: who answers, and the beep after which a message may be left."""

import contextlib
import logging
from collections.abc import Callable

from campaigns.terms import AmdSettings
from dialer.gateway.media.amd import Detector
from dialer.gateway.media.amd.greeting import GreetingEnd
from dialer.gateway.media.dtmf import InbandDigits
from dialer.gateway.media_port import MediaEngine, MediaError
from dialer.messages import AmdDecided, DigitHeard
from dialer.model import AmdResult
from dialer.ports import Post

log = logging.getLogger(__name__)


class Listening:
    """Puts an ear to a stream, and takes it off once it has heard what it wanted."""

    def __init__(self, media: MediaEngine, post: Post) -> None:
        self._media = media
        self._post = post
        self._sends_events: set[str] = set()
        """Calls whose keys come as events: their tones are not counted again."""
        self._sends_info: set[str] = set()
        """Calls whose keys come by INFO: the first way that a far end takes is the one that counts."""
        self._collecting: set[str] = set()
        """Calls whose tones are heard: a menu plays more than once, and a key counts once."""
        media.set_on_digit(self._on_event)
        self.counters = {"amd_verdicts": 0}

    def judge(self, call_id: str, settings: AmdSettings) -> None:
        """Let AMD hear an answered call; its verdict is posted."""
        detector = Detector(settings)

        def ear(payload: bytes, payload_type: int) -> None:
            verdict = detector.hear(payload, payload_type)
            if verdict is not None:
                self._media.stop_listening(call_id, ear)
                self.counters["amd_verdicts"] += 1
                confidence, reason = verdict.confidence, f"{verdict.reason} ({verdict.at_ms / 1000:g} s)"
                self._post(AmdDecided(call_id=call_id, result=verdict.result, confidence=confidence, reason=reason))

        try:
            self._media.listen(call_id, ear)
        except MediaError as error:
            # A person must not be lost for a setting: whoever answers is taken for one.
            log.error("AMD is set for a campaign and cannot listen: %s", error)
            self._post(AmdDecided(call_id=call_id, result=AmdResult.UNSURE, confidence=0.0, reason=str(error)))

    def collect_digits(self, call_id: str) -> None:
        """Hear the tones of keys too, for far ends that send no events."""
        if call_id in self._collecting:
            return
        self._collecting.add(call_id)
        digits = InbandDigits()

        def ear(payload: bytes, payload_type: int) -> None:
            for key in digits.hear(payload, payload_type):
                if call_id not in self._sends_events and call_id not in self._sends_info:
                    self._post(DigitHeard(call_id=call_id, digit=key))

        # An engine whose audio does not come here hears no tones: keys that come as events are all there is.
        with contextlib.suppress(MediaError):
            self._media.listen(call_id, ear)

    def forget(self, call_id: str) -> None:
        """A call has ended."""
        self._sends_events.discard(call_id)
        self._sends_info.discard(call_id)
        self._collecting.discard(call_id)

    def key_sent(self, call_id: str, key: str) -> None:
        """A key has come by INFO: it counts like one that comes as an event."""
        if call_id not in self._sends_events:
            self._sends_info.add(call_id)
            self._post(DigitHeard(call_id=call_id, digit=key))

    def _on_event(self, stream_id: str, key: str) -> None:
        if stream_id in self._sends_info:
            return
        self._sends_events.add(stream_id)
        self._post(DigitHeard(call_id=stream_id, digit=key))

    def wait_for_beep(self, call_id: str, then: Callable[[], None]) -> None:
        """Call `then` once a machine has beeped, or its greeting is plainly over."""
        greeting = GreetingEnd()

        def ear(payload: bytes, payload_type: int) -> None:
            if greeting.hear(payload, payload_type):
                self._media.stop_listening(call_id, ear)
                then()

        try:
            self._media.listen(call_id, ear)
        except MediaError as error:
            log.error("a message is left without waiting for the beep: %s", error)
            then()
