"""The engine itself: one event in, commands out, by a table of small handlers.

Deterministic: no clock, no randomness, nothing that depends on the order of a set. The same settings and the same
(event, now) pairs give the same commands, which is what makes a trace replay.
"""

from collections.abc import Callable
from typing import Any

from dialer import messages as m
from dialer.engine.acw import on_disposition_recorded, on_disposition_set
from dialer.engine.answers import on_amd_decided, on_call_answered, on_call_ringing
from dialer.engine.attempts import on_attempts_recorded, on_attempts_refused, on_results_recorded
from dialer.engine.desk import (
    on_agent_hinted,
    on_agent_hung_up,
    on_agent_logged_in,
    on_agent_logged_out,
    on_agent_paused,
    on_agent_went_ready,
)
from dialer.engine.digits import on_digit_heard, on_digits_asked, on_digits_sent
from dialer.engine.ending import on_call_ended
from dialer.engine.inviting import on_guest_dismissed, on_guest_invited, on_hold_asked
from dialer.engine.leads import on_callbacks_reserved, on_leads_reserved, on_numbers_blocked
from dialer.engine.legs import on_leg_closed, on_leg_opened
from dialer.engine.menus import on_message_played
from dialer.engine.pace import pace
from dialer.engine.previewing import on_preview_asked, on_preview_dialed, on_preview_skipped
from dialer.engine.recording import on_recording_asked
from dialer.engine.shutdown import on_shutdown_began
from dialer.engine.state import EngineState
from dialer.engine.tasks import on_campaign_changed, on_poll_due, on_tasks_polled
from dialer.engine.timers import on_timer_fired
from dialer.engine.transfer import on_bridged, on_leg_referred, on_transfer_asked, on_transfer_given_up
from dialer.engine.trunks import on_trunk_state_changed
from dialer.engine.views import view
from dialer.model import EngineSettings, Statistics
from pacing.calibration import RiskTally

HANDLERS: dict[type[m.Event], Callable[[EngineState, Any, float], None]] = {
    m.PollDue: on_poll_due,
    m.TimerFired: on_timer_fired,
    m.ShutdownBegan: on_shutdown_began,
    m.TasksPolled: on_tasks_polled,
    m.CampaignChanged: on_campaign_changed,
    m.LeadsReserved: on_leads_reserved,
    m.CallbacksReserved: on_callbacks_reserved,
    m.AttemptsRecorded: on_attempts_recorded,
    m.AttemptsRefused: on_attempts_refused,
    m.ResultsRecorded: on_results_recorded,
    m.DispositionRecorded: on_disposition_recorded,
    m.NumbersBlocked: on_numbers_blocked,
    m.CallRinging: on_call_ringing,
    m.CallAnswered: on_call_answered,
    m.AmdDecided: on_amd_decided,
    m.CallBridged: on_bridged,
    m.DigitHeard: on_digit_heard,
    m.DigitsSent: on_digits_sent,
    m.MessagePlayed: on_message_played,
    m.CallEnded: on_call_ended,
    m.LegOpened: on_leg_opened,
    m.LegClosed: on_leg_closed,
    m.LegReferred: on_leg_referred,
    m.TrunkStateChanged: on_trunk_state_changed,
    m.AgentLoggedIn: on_agent_logged_in,
    m.AgentWentReady: on_agent_went_ready,
    m.AgentPaused: on_agent_paused,
    m.AgentHinted: on_agent_hinted,
    m.AgentLoggedOut: on_agent_logged_out,
    m.AgentHungUp: on_agent_hung_up,
    m.TransferAsked: on_transfer_asked,
    m.TransferGivenUp: on_transfer_given_up,
    m.RecordingAsked: on_recording_asked,
    m.HoldAsked: on_hold_asked,
    m.DigitsAsked: on_digits_asked,
    m.GuestInvited: on_guest_invited,
    m.GuestDismissed: on_guest_dismissed,
    m.PreviewAsked: on_preview_asked,
    m.PreviewDialed: on_preview_dialed,
    m.PreviewSkipped: on_preview_skipped,
    m.DispositionSet: on_disposition_set,
}


class Engine:
    """The dialer as a function over messages.

    Example:
        engine = Engine(EngineSettings(trunks=(Trunk(name="main", caller_id="+12025550100"),)))
        commands = engine.handle(PollDue(), now=1_700_000_000.0)
        assert commands == [PollTasks()]
    """

    def __init__(self, settings: EngineSettings) -> None:
        self.settings = settings
        self._state = EngineState(settings)

    def handle(self, event: m.Event, now: float) -> list[m.Command]:
        """Take note of one event and answer what is to be done about it, in order.

        Args:
            event: anything of `dialer.messages.Event`; one that makes no sense now is counted and ignored.
            now: Unix seconds. A time before the latest one seen is taken for the latest, and counted.
        """
        state = self._state
        latest = state.now
        if latest is None:
            state.started_at = now
            state.now = now
        elif now < latest:
            state.counters.count("clock_went_back")
            now = latest
        else:
            state.now = now
        state.events += 1
        commands: list[m.Command] = []
        state.commands = commands
        HANDLERS[type(event)](state, event, now)
        if state.touched:
            pace(state, now)
        state.is_tick = False
        return commands

    def statistics(self, now: float) -> Statistics:
        """The live view at `now`; asking changes nothing."""
        state = self._state
        return view(state, now if state.now is None else max(now, state.now))

    def risk_tallies(self) -> dict[int, tuple[RiskTally, ...]]:
        """By campaign id, what pacing foretold of its calls against what became of them, by bin of risk."""
        return {work.campaign_id: work.risks.tallies() for work in self._state.tasks.works.values()}
