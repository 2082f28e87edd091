"""The `Desk` port: agents who arrive, take calls, write up, pause and go home, by their plans."""

from collections.abc import Callable, Mapping

import simpy

from dialer.messages import (
    AgentHinted,
    AgentLoggedIn,
    AgentLoggedOut,
    AgentPaused,
    AgentWentReady,
    AnswerRequest,
    DeskCommand,
    DispositionSet,
    ReportDecision,
    ShowAgent,
)
from dialer.model import AgentState
from dialer.ports import Post
from simulation.models.agents import AgentPlan, UnplannedPauses
from simulation.ports.clock import call_at

AcwOf = Callable[[str, int], float]


class DeskWatcher:
    """What the desk tells whoever records the day; the default takes no notice."""

    def on_agent(self, command: ShowAgent) -> None:
        """An agent's state has changed."""

    def on_decision(self, command: ReportDecision, now: float) -> None:
        """Pacing has decided."""


class Seat:
    """One agent at work."""

    __slots__ = (
        "acw_ends_at",
        "attempt_id",
        "is_leaving",
        "number",
        "pause_s",
        "pauses",
        "plan",
        "state",
        "talking_since",
    )

    def __init__(self, plan: AgentPlan, pauses: UnplannedPauses | None) -> None:
        self.plan = plan
        self.pauses = pauses
        self.state = AgentState.OFFLINE
        self.attempt_id = ""
        self.number = ""
        self.acw_ends_at = 0.0
        self.pause_s: float | None = None
        """Length of the pause that has been asked for and not begun."""
        self.is_leaving = False
        self.talking_since = 0.0


class SimDesk:
    """Implements `dialer.ports.Desk` in virtual time.

    Args:
        env: SimPy's environment.
        post: the runner's mailbox.
        acw_s: the after-call work that follows attempt so-and-so at a number, at average speed.
        watcher: told of every change of state and every decision.
        talk_ends_at: when the conversation of an agent who has just begun one will end; for agents who say so before.
        sets_dispositions: whether ACW ends with a disposition rather than with the wish for the next call.
    """

    def __init__(
        self,
        env: simpy.Environment,
        post: Post,
        acw_s: AcwOf,
        watcher: DeskWatcher,
        sets_dispositions: bool,
        talk_ends_at: Callable[[str], float | None] = lambda _: None,
    ) -> None:
        self._env = env
        self._post = post
        self._acw_s = acw_s
        self._watcher = watcher
        self._talk_ends_at = talk_ends_at
        self._sets_dispositions = sets_dispositions
        self._seats: dict[str, Seat] = {}
        self._announced: dict[str, bool] = {}

    @property
    def present(self) -> int:
        """Agents who are logged in."""
        return sum(seat.state is not AgentState.OFFLINE for seat in self._seats.values())

    def free_at(self, talks_end_at: Mapping[str, tuple[str, float]]) -> tuple[float, ...]:
        """When each agent in conversation or ACW will be free, given when conversations will end."""
        moments = []
        for agent_id, seat in self._seats.items():
            if seat.state is AgentState.ACW:
                moments.append(seat.acw_ends_at)
            elif seat.state is AgentState.TALKING and agent_id in talks_end_at:
                call_id, ends_at = talks_end_at[agent_id]
                attempt_number = int(call_id.rpartition("-")[2])
                moments.append(ends_at + self._acw_s(seat.number, attempt_number) * seat.plan.speed)
        return tuple(moments)

    def begin_day(
        self, plans: list[AgentPlan], pauses: Mapping[str, UnplannedPauses], announced: Mapping[str, bool]
    ) -> None:
        """Give every agent a plan; `announced` says whose unplanned pauses are asked for during the call."""
        env = self._env
        self._seats = {plan.agent_id: Seat(plan, pauses.get(plan.agent_id)) for plan in plans}
        self._announced = dict(announced)
        for seat in self._seats.values():
            for presence in seat.plan.presences:
                call_at(env, presence.starts_at, self._arrive, seat)
                call_at(env, presence.ends_at, self._leave, seat)
            for absence in seat.plan.breaks:
                call_at(env, absence.starts_at, self._break, (seat, absence.duration_s))

    def send(self, command: DeskCommand) -> None:
        """See the port."""
        if type(command) is ShowAgent:
            self._show(command)
        elif type(command) is ReportDecision:
            self._watcher.on_decision(command, self._env.now)
        else:
            assert type(command) is AnswerRequest, f"no request was made, yet {command} came"

    def _show(self, command: ShowAgent) -> None:
        self._watcher.on_agent(command)
        seat = self._seats[command.agent_id]
        state = seat.state = command.state
        if state is AgentState.TALKING:
            seat.number = command.call.number if command.call is not None else ""
            seat.talking_since = command.since
            self._wish_for_pause(seat)
            self._plan_hint(seat, command.since)
        elif state is AgentState.ACW:
            call = command.call
            if call is not None:
                seat.attempt_id = call.attempt_id
                attempt_number = int(call.attempt_id.rpartition("-")[2])
                acw_s = self._acw_s(call.number, attempt_number) * seat.plan.speed
                seat.acw_ends_at = command.since + acw_s
                call_at(self._env, seat.acw_ends_at, self._end_acw, (seat, call.attempt_id))
                if seat.plan.tells_acw:
                    self._post(AgentHinted(agent_id=command.agent_id, free_in_s=acw_s))
        elif state is AgentState.PAUSED:
            if seat.is_leaving:
                self._post(AgentLoggedOut(agent_id=command.agent_id))
            elif seat.pause_s is None:
                self._post(AgentWentReady(agent_id=command.agent_id))
            else:
                call_at(self._env, self._env.now + seat.pause_s, self._come_back, seat)
                seat.pause_s = None

    def _arrive(self, seat: Seat) -> None:
        seat.is_leaving = False
        plan = seat.plan
        self._post(AgentLoggedIn(agent_id=plan.agent_id, skill_groups=plan.skill_groups, address="desk"))

    def _leave(self, seat: Seat) -> None:
        """Go home at once when free, after the call otherwise: nobody hangs up on a person because a shift ends."""
        if seat.state is AgentState.OFFLINE:
            return
        seat.is_leaving = True
        if seat.state in (AgentState.IDLE, AgentState.PAUSED):
            self._post(AgentLoggedOut(agent_id=seat.plan.agent_id))
        else:
            self._post(AgentPaused(agent_id=seat.plan.agent_id, reason="end of shift"))

    def _break(self, absence: tuple[Seat, float]) -> None:
        seat, duration_s = absence
        if seat.state not in (AgentState.OFFLINE, AgentState.PAUSED) and not seat.is_leaving:
            seat.pause_s = duration_s
            self._post(AgentPaused(agent_id=seat.plan.agent_id, reason="break"))

    def _come_back(self, seat: Seat) -> None:
        if seat.state is AgentState.PAUSED:
            self._post(AgentWentReady(agent_id=seat.plan.agent_id))

    def _wish_for_pause(self, seat: Seat) -> None:
        if seat.pauses is None or seat.is_leaving or seat.pause_s is not None:
            return
        seat.pause_s = seat.pauses.after_call(self._env.now)
        if seat.pause_s is not None and self._announced[seat.plan.agent_id]:
            self._post(AgentPaused(agent_id=seat.plan.agent_id, reason="pause"))

    def _plan_hint(self, seat: Seat, since: float) -> None:
        talk_hint_s, ends_at = seat.plan.talk_hint_s, self._talk_ends_at(seat.plan.agent_id)
        if talk_hint_s is not None and ends_at is not None:
            call_at(self._env, max(ends_at - talk_hint_s, self._env.now), self._give_hint, (seat, since))

    def _give_hint(self, talk: tuple[Seat, float]) -> None:
        seat, since = talk
        if seat.state is AgentState.TALKING and seat.talking_since == since:
            self._post(AgentHinted(agent_id=seat.plan.agent_id))

    def _end_acw(self, work: tuple[Seat, str]) -> None:
        seat, attempt_id = work
        if seat.state is not AgentState.ACW or seat.attempt_id != attempt_id:
            return
        agent_id = seat.plan.agent_id
        wants_pause = seat.pause_s is not None or seat.is_leaving
        if wants_pause:
            # Asked for again in any case: an unannounced pause is asked for only now.
            self._post(AgentPaused(agent_id=agent_id, reason="pause"))
        if wants_pause or self._sets_dispositions:
            self._post(DispositionSet(agent_id=agent_id, attempt_id=attempt_id, disposition="talked"))
        else:
            self._post(AgentWentReady(agent_id=agent_id))
