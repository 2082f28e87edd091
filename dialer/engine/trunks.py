"""Trunks that go down and come back."""

from dialer.engine.state import EngineState
from dialer.messages import TrunkStateChanged


def on_trunk_state_changed(state: EngineState, event: TrunkStateChanged, now: float) -> None:
    """No new calls over a trunk that is down; calls it carries are the gateway's business."""
    del now
    if not state.router.set_up(event.trunk, event.is_up):
        state.counters.count("unknown_trunks")
        return
    state.counters.count("trunks_up" if event.is_up else "trunks_down")
    for name in state.tasks.by_group:
        state.touched[name] = None
