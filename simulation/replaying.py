"""A live trace as a world: what its calls met is kept, so that another policy can be tried on the same people.

What the trace cannot know is drawn from models fitted to it: how long somebody would have talked who was abandoned,
when somebody would have answered whose call was cancelled, and everybody the recorded policy never came to.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import msgspec
from msgspec.structs import replace

from campaigns.model import ANSWERED_BY_PERSON, Attempt, Campaign, Outcome
from dialer.messages import CampaignChanged, RecordAttempts, RecordResult, ShowAgent, TasksPolled
from dialer.model import AgentState, CallCause
from dialer.runner.trace import Step, read_trace
from simulation.calibration.fitting import FAILURES, calibrate
from simulation.calibration.reading import AgentInterval, CallRecord
from simulation.experiments.figures import ReplicationFigures, accounts_of, spans_of
from simulation.experiments.jobs import BATCHES, Done, Job
from simulation.models.customers import Fate
from simulation.models.distributions import AnyDuration
from simulation.models.streams import Stream, generator
from simulation.rows import AttemptRow, DayRows, IntervalRow
from simulation.scenario.loading import ScenarioError
from simulation.scenario.model import Scenario
from simulation.world import DayRecord, World


class Recording(NamedTuple):
    """What a trace tells of one campaign."""

    campaign: Campaign
    attempts: tuple[Attempt, ...]
    """In the order in which they were placed; those still open at the end have no outcome."""
    intervals: tuple[AgentInterval, ...]
    other_campaigns: int


def read_recording(path: Path, campaign_id: int | None = None) -> Recording:
    """Read a trace; of several campaigns the one asked for, or the one with most attempts.

    Raises:
        TraceError: the file is not a trace.
        ScenarioError: the trace holds no calls of the campaign.
    """
    campaigns: dict[int, Campaign] = {}
    attempts: dict[str, Attempt] = {}
    shown: list[tuple[float, ShowAgent]] = []
    last = 0.0
    for step in read_trace(path):
        if not isinstance(step, Step):
            continue
        last = step.now
        if isinstance(step.event, TasksPolled):
            campaigns.update({task.campaign.campaign_id: task.campaign for task in step.event.tasks})
        elif isinstance(step.event, CampaignChanged):
            campaigns[step.event.task.campaign.campaign_id] = step.event.task.campaign
        for command in step.commands:
            if isinstance(command, RecordAttempts):
                attempts.update({one.attempt_id: one for one in command.attempts})
            elif isinstance(command, RecordResult):
                attempts[command.result.attempt.attempt_id] = command.result.attempt
            elif isinstance(command, ShowAgent):
                shown.append((step.now, command))
    counts = {number: sum(one.campaign_id == number for one in attempts.values()) for number in campaigns}
    chosen = campaign_id if campaign_id is not None else max(counts, key=lambda one: counts[one], default=None)
    if chosen is None or not counts.get(chosen):
        raise ScenarioError(f"{path}: the trace holds no calls" + (f" of campaign {chosen}" if chosen else ""))
    own = sorted((one for one in attempts.values() if one.campaign_id == chosen), key=lambda one: one.placed_at)
    others = sum(count > 0 for number, count in counts.items() if number != chosen)
    return Recording(campaigns[chosen], tuple(own), _intervals(shown, last), others)


def scenario_of(recording: Recording) -> Scenario:
    """The scenario fitted to the recording, with the campaign's own settings."""
    found = calibrate([_record(one) for one in recording.attempts], recording.intervals, name=recording.campaign.name)
    campaign = recording.campaign
    fitted = replace(
        found.scenario.campaigns[0],
        name=campaign.name,
        pacing=campaign.pacing,
        ring_timeout_s=campaign.ring_timeout_s,
        answer_limit_s=campaign.answer_limit_s,
        acw_s_max=campaign.acw_s_max,
        attempts_max=campaign.attempts_max,
        leads=max(found.scenario.campaigns[0].leads, len({one.lead_id for one in recording.attempts})),
    )
    return replace(found.scenario, campaigns=(fitted,))


def recorded_figures(recording: Recording) -> ReplicationFigures:
    """The figures of the recording itself."""
    rows = DayRows(
        [_attempt_row(one) for one in recording.attempts if one.outcome is not None and one.ended_at is not None],
        [IntervalRow(0, one.agent_id, one.state, one.started_at, one.ended_at, "") for one in recording.intervals],
        [],
    )
    first, last = recording.attempts[0].placed_at, recording.attempts[-1].placed_at
    record = DayRecord(0, first, max(last, first + 1.0), rows)
    return ReplicationFigures(
        replication=0, spans=tuple(spans_of(record, BATCHES)), accounts=tuple(accounts_of(record))
    )


def replay_job(recording: Recording, job: Job) -> Done:
    """The recorded people under the job's policy; what the recording does not know is drawn from the job's seed."""
    fates = remembered_fates(recording, job.scenario, job.seed)
    records = list(World(job.scenario, job.seed, remembered=[fates]).days())
    figures = ReplicationFigures(
        replication=job.replication,
        spans=tuple(span for record in records for span in spans_of(record, BATCHES)),
        accounts=tuple(account for record in records for account in accounts_of(record)),
    )
    return Done(job.variant, figures)


def remembered_fates(recording: Recording, scenario: Scenario, seed: int) -> dict[tuple[int, int], Fate]:
    """The fate of every attempt whose end the trace knows, by the order in which leads were first dialed."""
    customers = scenario.campaigns[0].customers
    places: dict[int, int] = {}
    for attempt in recording.attempts:
        places.setdefault(attempt.lead_id, len(places))
    talks = _draws(customers.talk, len(recording.attempts), seed, Stream.TALK)
    patience = _draws(customers.patience, len(recording.attempts), seed, Stream.PATIENCE)
    fates = {}
    for number, attempt in enumerate(recording.attempts):
        fate = _fate(attempt, talks[number], patience[number], scenario.campaigns[0].ring_timeout_s)
        if fate is not None:
            fates[places[attempt.lead_id], attempt.attempt_number] = fate
    return fates


def _fate(attempt: Attempt, talk_s: float, patience_s: float, ring_timeout_s: float) -> Fate | None:
    """None where the attempt was cut short before it showed what it would have met."""
    outcome, ended_at, answered_at = attempt.outcome, attempt.ended_at, attempt.answered_at
    if outcome is None or ended_at is None or outcome in {Outcome.CANCELLED, Outcome.REFUSED, Outcome.INTERRUPTED}:
        return None
    is_person = outcome in ANSWERED_BY_PERSON
    is_machine = outcome is Outcome.MACHINE
    if attempt.bridged_at is not None:
        talk_s = max(ended_at - attempt.bridged_at, 0.0)
        patience_s = max(patience_s, attempt.bridged_at - (answered_at or attempt.bridged_at) + 1.0)
    elif outcome is Outcome.LOST and answered_at is not None:
        patience_s = ended_at - answered_at
    delay_s = (answered_at if answered_at is not None else ended_at) - attempt.placed_at
    if outcome is Outcome.NO_ANSWER:
        # One that ended before the timeout went to the network's voicemail.
        is_machine = delay_s < ring_timeout_s - 0.5
        delay_s = delay_s if is_machine else float("inf")
    ringing_s = (attempt.ringing_at - attempt.placed_at) if attempt.ringing_at is not None else delay_s
    return Fate(
        is_person=is_person,
        is_machine=is_machine,
        failure=CallCause(FAILURES[outcome].value) if outcome in FAILURES else None,
        delay_s=delay_s,
        post_dial_delay_s=ringing_s,
        answer_probability=float(is_person),
        is_machine_known=True,
        amd_delay_s=0.0,
        amd_says_machine=is_machine,
        patience_s=patience_s,
        talk_s=talk_s,
    )


def _draws(duration: AnyDuration | None, count: int, seed: int, stream: Stream) -> list[float]:
    if duration is None:
        return [float("inf")] * count
    drawn: list[float] = duration.sample(generator(seed, stream, count), count).tolist()
    return drawn


def _intervals(shown: Sequence[tuple[float, ShowAgent]], last: float) -> tuple[AgentInterval, ...]:
    absent = {AgentState.OFFLINE, AgentState.CONNECTING}
    since: dict[str, ShowAgent] = {}
    intervals = []
    for _, command in shown:
        before = since.get(command.agent_id)
        if before is not None and before.state not in absent:
            intervals.append(_interval(before, command.since))
        since[command.agent_id] = command
    intervals += [_interval(one, max(last, one.since)) for one in since.values() if one.state not in absent]
    return tuple(intervals)


def _interval(shown: ShowAgent, ended_at: float) -> AgentInterval:
    return AgentInterval(
        agent_id=shown.agent_id, state=str(shown.state), started_at=shown.since, ended_at=max(ended_at, shown.since)
    )


def _record(attempt: Attempt) -> CallRecord:
    return CallRecord(
        lead=str(attempt.lead_id),
        attempt_number=attempt.attempt_number,
        **{
            name: getattr(attempt, name)
            for name in ("placed_at", "ringing_at", "answered_at", "bridged_at", "ended_at", "outcome", "agent_id")
        },
    )


def _attempt_row(attempt: Attempt) -> AttemptRow:
    values = msgspec.structs.asdict(attempt)
    return AttemptRow(
        day=0,
        **{name: values[name] for name in AttemptRow._fields if name in values},
        is_person=None,
        is_machine=None,
        answer_probability=None,
    )
