"""The carrier: takes the dialer's calls and lets each meet what the scenario has for it."""

import asyncio
import time
from collections.abc import Callable

from dialer.gateway.settings import ATTEMPT_HEADER
from dialer.gateway.sip import Ending, HostPort, MalformedMessage, SessionEnded, SessionOffered, UserAgentEvent
from dialer.gateway.sip.uri import parse_uri
from simulation.carrier.party import CannotAnswer, Party
from simulation.carrier.plans import CallPlan, CallPlanner, number_key
from simulation.carrier.scenario import CarrierScenario, Meets
from simulation.carrier.sound import tone_of
from simulation.carrier.tally import Tally
from simulation.carrier.voice import Voice

SESSIONS_SPARE = 1000
"""Calls that are being refused or have just ended still need a session for a moment."""


class Call:
    """One call that the carrier carries."""

    __slots__ = ("number", "offer", "plan", "session_id", "timers", "voice")

    def __init__(self, session_id: str, number: str, plan: CallPlan, offer: bytes) -> None:
        self.session_id = session_id
        self.number = number
        self.plan = plan
        self.offer = offer
        self.timers: list[asyncio.TimerHandle] = []
        self.voice: Voice | None = None

    def cancel_timers(self) -> None:
        """Nothing more happens by itself."""
        for timer in self.timers:
            timer.cancel()
        self.timers.clear()


class Carrier:
    """A user agent that answers for everybody who can be called."""

    def __init__(self, scenario: CarrierScenario, host: str) -> None:
        self.tally = Tally()
        self._scenario = scenario
        self._planner = CallPlanner(scenario)
        self._calls: dict[str, Call] = {}
        sessions_max = scenario.calls_max + SESSIONS_SPARE
        self._party = Party("predictive-dialer carrier", host, sessions_max, self._on_event)

    async def start(self, port: int) -> HostPort:
        """Listen; port 0 takes a free one. Returns the address.

        Raises:
            OSError: The address is in use, or not ours.
        """
        return await self._party.start(port)

    def status(self) -> dict[str, object]:
        """The books, and the ids of attempts for which more than one INVITE transaction came."""
        return {"tally": self.tally, "attempts_twice": self.tally.twice}

    def close(self) -> None:
        """Fall silent; calls that are still up simply end for lack of a carrier."""
        for call in self._calls.values():
            call.cancel_timers()
        self._party.close()

    def _on_event(self, event: UserAgentEvent) -> None:
        if isinstance(event, SessionOffered):
            self._offered(event)
        elif isinstance(event, SessionEnded):
            self._ended(event)

    def _offered(self, event: SessionOffered) -> None:
        attempt_id = event.request.get(ATTEMPT_HEADER) or ""
        number = _called_number(event.request.uri)
        self.tally.invite(attempt_id)
        plan = self._planner.plan(number, _attempt_number(attempt_id), time.time())
        call = Call(event.session_id, number, plan, event.request.body)
        self._calls[event.session_id] = call
        if len(self._calls) > self._scenario.calls_max:
            self._refuse(call, 503)
            return
        if plan.ringing_after_s is not None:
            self._later(call, plan.ringing_after_s, self._ring)
        if plan.final_after_s < float("inf"):
            self._later(call, plan.final_after_s, self._answer if plan.status == 200 else self._fail)

    def _ring(self, call: Call) -> None:
        self._party.agent.ring(call.session_id, self._party.loop.time(), status=self._scenario.progress)

    def _fail(self, call: Call) -> None:
        self._refuse(call, call.plan.status)

    def _refuse(self, call: Call, status: int) -> None:
        self.tally.refuse(status)
        self._party.agent.refuse(call.session_id, status, self._party.loop.time())

    def _answer(self, call: Call) -> None:
        plan = call.plan
        try:
            call.voice = self._party.answer(
                call.session_id,
                call.offer,
                self._scenario.sound,
                tone_of(number_key(call.number)),
                lambda: self._sound_heard(call),
            )
        except CannotAnswer as reason:
            self._refuse(call, reason.status)
            return
        self.tally.answered += 1
        if plan.meets is Meets.MACHINE:
            self._later(call, plan.talk_s, self._hang_up)
        elif plan.patience_s < float("inf"):
            self._later(call, plan.patience_s, self._lose_patience)

    def _sound_heard(self, call: Call) -> None:
        """Somebody speaks: the conversation begins, and with it the time that it will take."""
        if call.plan.meets is Meets.MACHINE:
            return
        call.cancel_timers()
        if call.plan.hangs_up:
            self._later(call, call.plan.talk_s, self._hang_up)

    def _lose_patience(self, call: Call) -> None:
        self.tally.impatient += 1
        self._hang_up(call)

    def _hang_up(self, call: Call) -> None:
        self._party.agent.hang_up(call.session_id, self._party.loop.time())

    def _ended(self, event: SessionEnded) -> None:
        call = self._calls.pop(event.session_id)
        call.cancel_timers()
        self.tally.end(
            was_answered=event.was_answered,
            ended_here=event.ending is Ending.HUNG_UP,
            ended_there=event.ending is Ending.FAR_END,
        )
        if call.voice is not None:
            self.tally.audio.add(call.voice.audio)
            self._party.voices.close(call.voice)

    def _later(self, call: Call, delay_s: float, do: Callable[[Call], None]) -> None:
        def due() -> None:
            do(call)
            self._party.pump()

        call.timers.append(self._party.loop.call_later(delay_s, due))


def _called_number(uri: str) -> str:
    """The user part of a Request-URI, or the whole of one that has none or cannot be read."""
    try:
        return parse_uri(uri).user or uri
    except MalformedMessage:
        return uri


def _attempt_number(attempt_id: str) -> int:
    """The try that an attempt id stands for ("4711-2" is the second); 1 where it is none of the dialer's."""
    number = attempt_id.rpartition("-")[2]
    is_number = number.isascii() and number.isdigit() and len(number) <= 6
    return max(1, int(number)) if is_number else 1
