"""What is shown while the demo runs: a live picture on a terminal, a line now and then anywhere else."""

import msgspec
from rich.console import Console, Group, RenderableType
from rich.panel import Panel
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from dialer.messages import ReportDecision
from dialer.model import AgentState, CampaignView, Statistics

STATES = {
    AgentState.TALKING: "green",
    AgentState.ACW: "yellow",
    AgentState.IDLE: "cyan",
    AgentState.RESERVED: "magenta",
    AgentState.PAUSED: "white",
    AgentState.CONNECTING: "bright_black",
}
REASON_LENGTH_MAX = 160


class Picture(msgspec.Struct):
    """The latest of everything that is shown."""

    phase: str = "starting"
    seconds: float = 0.0
    """How long is dialed."""
    began_at: float | None = None
    """When dialing began, on the loop's clock; None before."""
    statistics: Statistics | None = None
    placing: ReportDecision | None = None
    """The last decision that placed calls."""

    @property
    def campaign(self) -> CampaignView | None:
        """The demo's campaign, where the engine has it in hand."""
        if self.statistics is None or not self.statistics.campaigns:
            return None
        return self.statistics.campaigns[0]

    @property
    def calls(self) -> int:
        """Calls that are not over."""
        campaign = self.campaign
        if campaign is None:
            return 0
        return campaign.recording + campaign.placed + campaign.ringing + campaign.queued + campaign.bridged

    def elapsed_s(self, now: float) -> float:
        """Seconds since dialing began; 0 before."""
        return 0.0 if self.began_at is None else now - self.began_at

    def agents(self, state: AgentState) -> int:
        """How many agents are in a state."""
        return 0 if self.statistics is None else self.statistics.agents_by_state.get(state, 0)


def percent(rate: float | None) -> str:
    """A rate as people read it; a dash while it is unknown."""
    return "–" if rate is None else f"{100 * rate:.1f} %"


def render(picture: Picture, now: float) -> RenderableType:
    """The picture for a terminal; `now` is the loop's time."""
    elapsed_s = picture.elapsed_s(now)
    head = Table.grid(padding=(0, 2))
    head.add_row(
        Text(f"{_clock(min(elapsed_s, picture.seconds))} of {_clock(picture.seconds)}", style="bold"),
        ProgressBar(total=max(picture.seconds, 0.1), completed=elapsed_s, width=40),
        Text(picture.phase),
    )
    middle = Table.grid(padding=(0, 2), expand=True)
    middle.add_column(ratio=1)
    middle.add_column(ratio=1)
    middle.add_row(
        Panel(_agents(picture), title="Agents", border_style="dim"),
        Panel(_calls(picture), title="Calls", border_style="dim"),
    )
    return Panel(
        Group(head, middle, Panel(_pacing(picture), title="Pacing", border_style="dim")),
        title="predictive-dialer demo: real SIP and RTP on this machine",
    )


def line(picture: Picture, now: float) -> str:
    """One line for a log; `now` is the loop's time."""
    campaign = picture.campaign
    agents = ", ".join(f"{picture.agents(state)} {state}" for state in STATES if picture.agents(state)) or "none"
    parts = [f"{_clock(picture.elapsed_s(now))} {picture.phase}", f"agents: {agents}"]
    if campaign is not None and picture.statistics is not None:
        parts += [
            f"in flight {campaign.placed + campaign.ringing}, talking {campaign.bridged}",
            f"attempts {campaign.attempts}, answered {campaign.answered}, abandoned {campaign.abandoned} "
            f"({percent(campaign.abandon_rate)})",
            f"occupancy {percent(picture.statistics.occupancy)}",
            campaign.decision[:REASON_LENGTH_MAX],
        ]
    return " | ".join(parts)


def is_live(console: Console) -> bool:
    """Whether the picture can be drawn over itself."""
    return console.is_terminal and not console.is_dumb_terminal


def _clock(seconds: float) -> str:
    return f"{int(seconds) // 60}:{int(seconds) % 60:02d}"


def _agents(picture: Picture) -> RenderableType:
    table = Table.grid(padding=(0, 1))
    for state, colour in STATES.items():
        count = picture.agents(state)
        table.add_row(str(state), f"{count:3d}", Text("█" * min(count, 40), style=colour))
    occupancy = None if picture.statistics is None else picture.statistics.occupancy
    table.add_row("occupancy", "", Text(percent(occupancy), style="bold"))
    return table


def _calls(picture: Picture) -> RenderableType:
    table = Table.grid(padding=(0, 1))
    campaign = picture.campaign
    if campaign is None:
        table.add_row("none yet")
        return table
    table.add_row("in flight", f"{campaign.placed + campaign.ringing}", f"{campaign.ringing} of them ringing")
    table.add_row("waiting for an agent", f"{campaign.queued}", "")
    table.add_row("talking", f"{campaign.bridged}", "")
    table.add_row("attempts", f"{campaign.attempts}", f"{campaign.hopper} leads in the hopper")
    is_over = campaign.abandon_rate is not None and campaign.abandon_rate > campaign.abandon_rate_max
    table.add_row(
        "abandoned",
        f"{campaign.abandoned}",
        Text(
            f"of {campaign.answered} answered: {percent(campaign.abandon_rate)}, at most "
            f"{percent(campaign.abandon_rate_max)}",
            style="red" if is_over else "green",
        ),
    )
    outcomes = ", ".join(
        f"{count} {name}" for name, count in sorted(campaign.outcomes.items(), key=lambda one: -one[1])
    )
    table.add_row("outcomes", "", outcomes)
    return table


def _pacing(picture: Picture) -> RenderableType:
    campaign = picture.campaign
    now = Text(campaign.decision if campaign is not None else "no decision yet")
    if picture.placing is None:
        return now
    placed = f"last placed {picture.placing.calls}: {picture.placing.reason}"
    return Group(now, Text(placed, style="dim"))
