"""The `Gateway` port: a carrier and the people it reaches, by their models.

One timeout is pending per call, for what happens to it next; whatever the dialer does replaces it.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import simpy

from dialer.messages import (
    AmdDecided,
    AnswerRefer,
    BridgeCall,
    CallAnswered,
    CallBridged,
    CallEnded,
    CallRinging,
    CancelCall,
    CloseLeg,
    ControlRecording,
    DigitHeard,
    DigitsSent,
    GatewayCommand,
    HangUpCall,
    HoldCall,
    JoinCall,
    LeaveCall,
    LegClosed,
    LegOpened,
    MessagePlayed,
    OpenLeg,
    PlaceCall,
    PlayMessage,
    SendDigits,
    StopMessage,
)
from dialer.model import AmdResult, CallCause
from dialer.ports import Post
from simulation.models.carrier import CarrierModel
from simulation.models.customers import CustomerModel, Fate
from simulation.models.timelines import Timeline
from simulation.ports.clock import Appointment, call_at, call_off
from simulation.ports.numbers import place_of

CONGESTION_S = 0.2
"""A full carrier says so at once."""
MESSAGE_S = 8.0
"""Length of a recorded message; the law asks for a name and a telephone number."""

SIP_STATUS = {
    CallCause.BUSY: 486,
    CallCause.NO_ANSWER: 487,
    CallCause.REJECTED: 603,
    CallCause.INVALID_NUMBER: 404,
    CallCause.CONGESTION: 503,
    CallCause.TRUNK_FAILURE: 408,
    CallCause.FAR_END: 200,
}


class SimCall:
    """One call on the simulated network."""

    __slots__ = (
        "agent_id",
        "amd",
        "answers_at",
        "bridged_at",
        "call_id",
        "fate",
        "has_pressed",
        "is_answered",
        "next",
        "ring_ends_at",
        "talk_s",
    )

    def __init__(self, call_id: str, fate: Fate) -> None:
        self.call_id = call_id
        self.fate = fate
        self.next: Appointment | None = None
        self.amd = False
        self.agent_id = ""
        self.answers_at = float("inf")
        self.ring_ends_at = float("inf")
        self.is_answered = False
        self.has_pressed = False
        """Whether its key has been pressed, or is about to be."""
        self.bridged_at: float | None = None
        self.talk_s = fate.talk_s


class SimGateway:
    """Implements `dialer.ports.Gateway` in virtual time.

    Args:
        env: SimPy's environment.
        post: the runner's mailbox.
        customers: one model for each campaign, in the scenario's order.
        carrier: how the trunk behaves.
        bridge_delay_s: from the command to audio, over time.
        speeds: factor on the talk time of each agent.
    """

    def __init__(
        self,
        env: simpy.Environment,
        post: Post,
        customers: Sequence[CustomerModel],
        carrier: CarrierModel,
        bridge_delay_s: Timeline,
        speeds: Mapping[str, float],
    ) -> None:
        self._env = env
        self._post = post
        self._customers = customers
        self._carrier = carrier
        self._bridge_delay_s = bridge_delay_s
        self._speeds = speeds
        self._placed = 0
        self._talks_end_at: dict[str, float] = {}
        self.calls: dict[str, SimCall] = {}
        """Calls that have not ended."""
        self.fates: dict[str, Fate] = {}
        """What each placed call was to meet, until whoever records results takes it."""
        self._handlers: dict[type, Callable[[Any], None]] = {
            PlaceCall: self._place,
            CancelCall: self._hang_up,
            HangUpCall: self._hang_up,
            BridgeCall: self._bridge,
            # Sound alone, of which there is none here.
            **dict.fromkeys((ControlRecording, HoldCall, JoinCall, LeaveCall), lambda _: None),
            PlayMessage: self._play,
            SendDigits: lambda command: self._post(DigitsSent(request_id=command.request_id)),
            StopMessage: self._stop,
            OpenLeg: self._open_leg,
            CloseLeg: self._close_leg,
            AnswerRefer: lambda _: None,
        }

    def answers_at(self) -> tuple[float, ...]:
        """When a person will answer, for each call that rings and that one will answer in time."""
        return tuple(
            call.answers_at
            for call in self.calls.values()
            if not call.is_answered and call.fate.is_person and call.answers_at <= call.ring_ends_at
        )

    def talks_end_at(self) -> dict[str, tuple[str, float]]:
        """For each agent in conversation the call and when it will end."""
        return {
            call.agent_id: (call.call_id, call.bridged_at + call.talk_s)
            for call in self.calls.values()
            if call.bridged_at is not None
        }

    def talk_ends_at(self, agent_id: str) -> float | None:
        """When the conversation of this agent will end; None where they have none."""
        return self._talks_end_at.get(agent_id)

    def send(self, command: GatewayCommand) -> None:
        """See the port."""
        self._handlers[type(command)](command)

    def _place(self, command: PlaceCall) -> None:
        env, now = self._env, self._env.now
        call_id = command.call_id
        campaign, place = place_of(command.number)
        fate = self._customers[campaign].fate(place, int(call_id.rpartition("-")[2]), now)
        call = SimCall(call_id, fate)
        call.amd = command.amd is not None
        outage = self._carrier.outage(now)
        is_congested = outage is None and self._carrier.is_congested(self._placed, now, len(self.calls))
        self._placed += 1
        self.calls[call_id] = call
        self.fates[call_id] = fate
        if outage is not None:
            call.next = call_at(env, now + outage.timeout_s, self._fail, (call, CallCause.TRUNK_FAILURE))
        elif is_congested:
            call.next = call_at(env, now + CONGESTION_S, self._fail, (call, CallCause.CONGESTION))
        elif fate.failure is not None:
            call.next = call_at(env, now + fate.delay_s, self._fail, (call, fate.failure))
        else:
            call.answers_at = now + fate.delay_s
            call.ring_ends_at = now + command.ring_timeout_s
            first = min(fate.post_dial_delay_s, fate.delay_s, command.ring_timeout_s)
            call.next = call_at(env, now + first, self._ring, call)

    def _ring(self, call: SimCall) -> None:
        if call.answers_at <= call.ring_ends_at:
            call.next = call_at(self._env, call.answers_at, self._answer, call)
        else:
            call.next = call_at(self._env, call.ring_ends_at, self._fail, (call, CallCause.NO_ANSWER))
        self._post(CallRinging(call_id=call.call_id, sip_status=183 if call.fate.is_early_media else 180))

    def _answer(self, call: SimCall) -> None:
        fate = call.fate
        call.next = None
        if fate.is_machine and fate.is_machine_known:
            # The network's own voicemail: early media tells it apart, and the call is never answered.
            self._end(call, CallCause.NO_ANSWER, "the carrier's voicemail")
            return
        call.is_answered = True
        now = self._env.now
        if fate.is_person and fate.patience_s < float("inf"):
            call.next = call_at(self._env, now + fate.patience_s, self._lose, call)
        if call.amd:
            call_at(self._env, now + fate.amd_delay_s, self._decide_amd, call)
        self._post(CallAnswered(call_id=call.call_id))

    def _decide_amd(self, call: SimCall) -> None:
        if call.call_id in self.calls:
            result = AmdResult.MACHINE if call.fate.amd_says_machine else AmdResult.PERSON
            self._post(AmdDecided(call_id=call.call_id, result=result))

    def _lose(self, call: SimCall) -> None:
        self._end(call, CallCause.FAR_END, "hung up while waiting")

    def _fail(self, failing: tuple[SimCall, CallCause]) -> None:
        call, cause = failing
        self._end(call, cause, "")

    def _hang_up(self, command: CancelCall | HangUpCall) -> None:
        call = self.calls.get(command.call_id)
        if call is not None:
            call_off(call.next)
            self._end(call, CallCause.DIALER, "")

    def _bridge(self, command: BridgeCall) -> None:
        call = self.calls.get(command.call_id)
        if call is None:
            return
        now = self._env.now
        delay_s = self._bridge_delay_s.at(now)
        if delay_s > 0.0:
            call_at(self._env, now + delay_s, self._join, (call, command.leg_id))
        else:
            self._start_talk(call, command.leg_id)

    def _join(self, joining: tuple[SimCall, str]) -> None:
        call, leg_id = joining
        if call.call_id in self.calls:
            self._start_talk(call, leg_id)

    def _start_talk(self, call: SimCall, leg_id: str) -> None:
        now = self._env.now
        call_off(call.next)
        if call.bridged_at is None:
            call.talk_s = call.fate.talk_s * self._speeds[leg_id.rpartition("#")[0]]
        else:
            # Handed to another agent: what is left of the conversation goes on there.
            call.talk_s = max(call.talk_s - (now - call.bridged_at), 0.0)
        call.bridged_at = now
        call.agent_id = leg_id.rpartition("#")[0]
        self._talks_end_at[call.agent_id] = now + call.talk_s
        call.next = call_at(self._env, now + call.talk_s, self._finish, call)
        self._post(CallBridged(call_id=call.call_id, leg_id=leg_id))

    def _finish(self, call: SimCall) -> None:
        self._end(call, CallCause.FAR_END, "")

    def _play(self, command: PlayMessage) -> None:
        call = self.calls.get(command.call_id)
        if call is None:
            return
        call_off(call.next)
        call.next = call_at(self._env, self._env.now + MESSAGE_S, self._played, call)
        if call.fate.key and not call.has_pressed:
            call.has_pressed = True
            call_at(self._env, self._env.now + call.fate.key_delay_s, self._press, call)

    def _press(self, call: SimCall) -> None:
        if call.call_id in self.calls:
            self._post(DigitHeard(call_id=call.call_id, digit=call.fate.key))

    def _stop(self, command: StopMessage) -> None:
        call = self.calls.get(command.call_id)
        if call is not None and call.bridged_at is None:
            # Who waits in silence now holds the line for as long as at the answer.
            call_off(call.next)
            patience_s = call.fate.patience_s
            call.next = None
            if patience_s < float("inf"):
                call.next = call_at(self._env, self._env.now + patience_s, self._lose, call)

    def _played(self, call: SimCall) -> None:
        call.next = None
        self._post(MessagePlayed(call_id=call.call_id))

    def _end(self, call: SimCall, cause: CallCause, reason: str) -> None:
        del self.calls[call.call_id]
        self._post(CallEnded(call_id=call.call_id, cause=cause, sip_status=SIP_STATUS.get(cause), reason=reason))

    def _open_leg(self, command: OpenLeg) -> None:
        self._post(LegOpened(leg_id=command.leg_id))

    def _close_leg(self, command: CloseLeg) -> None:
        self._post(LegClosed(leg_id=command.leg_id))
