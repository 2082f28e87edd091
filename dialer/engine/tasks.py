"""The task poll and changes of campaigns: starting, editing, pausing and stopping, each at once."""

from msgspec.structs import replace

from campaigns.model import CampaignStatus, CampaignTask
from dialer.engine.leads import release
from dialer.engine.state import EngineState
from dialer.messages import CampaignChanged, PollDue, PollTasks, TasksPolled
from dialer.pds.tasks import CampaignWork

TICK = "tick"


def on_poll_due(state: EngineState, event: PollDue, now: float) -> None:
    """Ask the store for the campaign tasks."""
    del event
    state.polls_asked_at.append(now)
    state.commands.append(PollTasks())


def on_tasks_polled(state: EngineState, event: TasksPolled, now: float) -> None:
    """Take over what the poll found; what changed since the poll was asked for is newer than its answer."""
    asked_at = state.polls_asked_at.popleft() if state.polls_asked_at else now
    if state.is_shutting_down:
        return
    for work in state.tasks.missing(event.tasks, asked_at):
        stop(state, work)
    for task in event.tasks:
        known = state.tasks.works.get(task.campaign.campaign_id)
        if known is None or known.changed_at < asked_at:
            _apply(state, task, now)
    state.tasks.forget_stopped()


def on_campaign_changed(state: EngineState, event: CampaignChanged, now: float) -> None:
    """A campaign was changed over REST: it takes effect in this very step."""
    task = event.task
    if state.is_shutting_down:
        return
    if task.campaign.campaign_id in state.tasks.works or _is_task(task):
        work = _apply(state, task, now)
        work.changed_at = now


def stop(state: EngineState, work: CampaignWork) -> None:
    """Place no more calls for a campaign; a stopped one gives its leads back, its calls in flight run their course."""
    state.tasks.stop(work, replace(work.campaign, status=CampaignStatus.STOPPED))
    state.caller_ids.forget(work.campaign_id)
    _halt(state, work)


def start_ticking(state: EngineState, now: float) -> None:
    """Keep the tick going as long as there is a running campaign."""
    if not state.is_ticking and state.tasks.by_group:
        state.is_ticking = True
        state.set_timer(TICK, now + state.settings.tick_s)


def on_tick(state: EngineState, now: float) -> None:
    """Ask pacing for every running campaign, though nothing has happened: time alone changes the answer."""
    state.is_ticking = False
    state.is_tick = True
    for name in state.tasks.by_group:
        state.touched[name] = None
    start_ticking(state, now)


def _apply(state: EngineState, task: CampaignTask, now: float) -> CampaignWork:
    known = state.tasks.works.get(task.campaign.campaign_id)
    is_new = known is None or known.campaign != task.campaign
    work = state.tasks.apply(task)
    state.caller_ids.follow(task)
    if not _is_task(task):
        _halt(state, work)
    elif work.is_running:
        work.hopper.wake()
        if is_new or not len(work.hopper):
            state.touch(work)
    start_ticking(state, now)
    return work


def _halt(state: EngineState, work: CampaignWork) -> None:
    release(state, work.campaign_id, work.callbacks.empty() + work.hopper.empty())


def _is_task(task: CampaignTask) -> bool:
    return task.campaign.status in (CampaignStatus.RUNNING, CampaignStatus.PAUSED)
