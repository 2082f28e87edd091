"""`dialer plan`: staffing what-ifs, answered at once from formulas and measured figures."""

import json
import math
from collections.abc import Sequence
from typing import Annotated, Any

import msgspec
import typer
from rich import box
from rich.console import Console
from rich.table import Table

from dialer.commands.errors import EXIT_USAGE, CommandError
from pacing.queueing.erlang import erlang_a, waits_longer
from pacing.queueing.expectation import (
    HOUR_S,
    Expectation,
    Work,
    agents_for,
    ceiling,
    constant_rate,
    predictive,
    progressive,
)
from pacing.queueing.planning import agents_needed

plan_app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode="markdown",
    help="""Staffing what-ifs: what a team can do, and how large a team must be.

    dialer plan team 20 --answer-rate 30% --talk-s 120 --acw-s 15

    dialer plan agents 400 --answer-rate 30% --talk-s 120 --acw-s 15

    Answers come at once, from queueing formulas and from figures measured in the simulator. For lists that run dry,
    breaks, AMD or hours that differ, ask the simulator itself: `dialer simulate run base --set agents.0.count=20`.""",
)


def read_share(text: str) -> float:
    """A share between 0 and 1 from `0.3`, `30%` or `30 %`."""
    body = text.strip()
    is_percent = body.endswith("%")
    try:
        value = float(body.removesuffix("%")) / (100.0 if is_percent else 1.0)
    except ValueError:
        raise typer.BadParameter(f"{text!r} is not a share such as 30% or 0.3") from None
    if not 0.0 < value <= 1.0 or math.isnan(value):
        hint = f"; did you mean {body}%?" if 1.0 < value <= 100.0 and not is_percent else ""
        raise typer.BadParameter(f"{text!r} is not above 0 and at most 100 %{hint}")
    return value


AnswerRate = Annotated[
    float, typer.Option(parser=read_share, metavar="SHARE", help="Calls that a person answers, e.g. 30% or 0.3.")
]
Talk = Annotated[float, typer.Option("--talk-s", help="Mean conversation, seconds.")]
Acw = Annotated[float, typer.Option("--acw-s", help="Mean after-call work, seconds.")]
Ring = Annotated[float, typer.Option("--ring-s", help="Mean time from placing a call to a person's answer, seconds.")]
Unanswered = Annotated[
    float, typer.Option("--unanswered-s", help="Mean time that a call lasts which no person answers, seconds.")
]
AnswerLimit = Annotated[float, typer.Option("--answer-limit-s", help="How long a person may wait for an agent.")]
AbandonMax = Annotated[
    float, typer.Option(parser=read_share, metavar="SHARE", help="Cap on people who find no agent in time.")
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")]
MANNERS = (
    ("progressive", "progressive", progressive),
    ("constant_rate", "erlang_c", constant_rate),
    ("predictive", "predictive", predictive),
    ("ceiling", "ceiling", ceiling),
)
LEGEND = """progressive: one call per idle agent. erlang_c: the highest constant rate of calls. predictive: as measured
in the simulator, carried over to these calls. ceiling: fitted to the best policies known, good to 0.6 points from 10
agents on and too low under that. wait: an agent's mean wait for the next conversation. lines: towards the carrier."""


@plan_app.command("team")
def team(
    sizes: Annotated[list[int], typer.Argument(metavar="AGENTS...", help="Size of the team; several to compare.")],
    answer_rate: AnswerRate = "30%",  # type: ignore[assignment]
    talk_s: Talk = 120.0,
    acw_s: Acw = 15.0,
    ring_s: Ring = 14.0,
    unanswered_s: Unanswered = 22.0,
    answer_limit_s: AnswerLimit = 2.0,
    abandon_rate_max: AbandonMax = "3%",  # type: ignore[assignment]
    leads: Annotated[int | None, typer.Option(help="Also say how long so many leads last, dialed once.", min=1)] = None,
    as_json: AsJson = False,
) -> None:
    """What a team of N gets out of an hour, by manner of pacing: occupancy, waits, conversations, calls, lines."""
    work = _work(
        answer_rate=answer_rate,
        talk_s=talk_s,
        acw_s=acw_s,
        ring_s=ring_s,
        unanswered_s=unanswered_s,
        answer_limit_s=answer_limit_s,
        abandon_rate_max=abandon_rate_max,
    )
    if wrong := [size for size in sizes if not 1 <= size <= 100_000]:
        raise CommandError(f"a team of {wrong[0]}? Give 1 to 100000 agents", EXIT_USAGE)
    found = {size: {key: expect(size, work) for key, _, expect in MANNERS} for size in sizes}
    if as_json:
        _print_json({"work": work, "leads": leads, "teams": {str(size): each for size, each in found.items()}})
        return
    console = Console()
    console.print(f"{_described(work)}\n", highlight=False)
    for size in sizes:
        _print_team(console, f"{size} agents", list(found[size].values()), leads)
    console.print(LEGEND.replace("\n", " "), style="dim", highlight=False)


@plan_app.command("agents")
def agents(
    conversations_per_hour: Annotated[
        float, typer.Argument(help="Conversations that the team should have in an hour.")
    ],
    answer_rate: AnswerRate = "30%",  # type: ignore[assignment]
    talk_s: Talk = 120.0,
    acw_s: Acw = 15.0,
    answer_limit_s: AnswerLimit = 2.0,
    abandon_rate_max: AbandonMax = "3%",  # type: ignore[assignment]
    patience_s: Annotated[
        float | None, typer.Option(help="Mean time for which people wait before they hang up (Erlang A).")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """How many agents so many conversations an hour need: with predictive pacing, and at a constant rate of calls."""
    work = _work(
        answer_rate=answer_rate,
        talk_s=talk_s,
        acw_s=acw_s,
        answer_limit_s=answer_limit_s,
        abandon_rate_max=abandon_rate_max,
    )
    if patience_s is not None and not 0.0 < patience_s < math.inf:
        raise CommandError(f"--patience-s is a time above 0, not {patience_s:g}", EXIT_USAGE)
    per_s = conversations_per_hour / HOUR_S
    try:
        paced = agents_for(conversations_per_hour, work)
        even = agents_needed(per_s, work.handling_s, wait_s=answer_limit_s, late_max=abandon_rate_max)
    except ValueError as error:
        raise CommandError(str(error), EXIT_USAGE) from None
    load = per_s * work.handling_s
    rows = [_queue_row(size, per_s, work, patience_s) for size in _around(even, load)]
    if as_json:
        answer = {"load_erlangs": load, "agents_predictive": paced, "agents_constant_rate": even}
        _print_json({"work": work, **answer, "predictive": predictive(paced, work), "constant_rate": rows})
        return
    console = Console()
    console.print(
        f"{conversations_per_hour:g} conversations an hour of {work.handling_s:g} s fill {load:.1f} agents' time.\n"
        f"With predictive pacing: [bold]{paced} agents[/bold], {predictive(paced, work).occupancy:.1%} occupied.\n"
        f"At a constant rate of calls (Erlang C, {abandon_rate_max:.1%} wait longer than {answer_limit_s:g} s):"
        f" [bold]{even} agents[/bold], {load / even:.1%} occupied.",
        highlight=False,
    )
    _print_queue(rows, answer_limit_s, patience_s)


def _work(**given: float) -> Work:
    try:
        return Work(**given)
    except ValueError as error:
        raise CommandError(str(error), EXIT_USAGE) from None


def _around(even: int, load: float) -> Sequence[int]:
    """Team sizes to show: from barely enough to comfortable."""
    step = max(1, round((even - load) / 3))
    return [size for size in range(even - 2 * step, even + 2 * step + 1, step) if size > load]


def _queue_row(size: int, per_s: float, work: Work, patience_s: float | None) -> dict[str, float | int | None]:
    load = per_s * work.handling_s
    row: dict[str, float | int | None] = {
        "agents": size,
        "occupancy": load / size,
        "wait_longer": waits_longer(size, load, work.handling_s, work.answer_limit_s),
        "hang_up": None,
    }
    if patience_s is not None:
        queue = erlang_a(size, per_s, work.handling_s, patience_s)
        row |= {"occupancy": queue.occupancy, "hang_up": queue.abandon_probability}
    return row


def _print_team(console: Console, title: str, found: list[Expectation], leads: int | None) -> None:
    table = Table(title=title, box=box.SIMPLE, title_justify="left")
    columns = ["pacing", "occupancy", "wait", "talks/h", "talk min/h", "calls/h", "lines"]
    for index, name in enumerate(columns + (["hours"] if leads else [])):
        table.add_column(name, justify="right" if index else "left")
    for (_, words, _), one in zip(MANNERS, found, strict=True):
        cells = [
            words,
            f"{one.occupancy:.1%}",
            f"{one.wait_s:.1f} s",
            f"{one.conversations_per_hour:,.0f}",
            f"{one.talk_min_per_hour:.1f}",
            f"{one.dials_per_hour:,.0f}",
            str(one.lines),
        ]
        table.add_row(*cells, *([f"{leads / one.dials_per_hour:,.1f}"] if leads else []))
    console.print(table)


def _print_queue(rows: Sequence[dict[str, Any]], limit_s: float, patience_s: float | None) -> None:
    table = Table(title="at a constant rate", box=box.SIMPLE, title_justify="left")
    columns = ["agents", "occupancy", f"wait longer than {limit_s:g} s"]
    for name in columns + ([] if patience_s is None else [f"hang up (patience {patience_s:g} s)"]):
        table.add_column(name, justify="right")
    for row in rows:
        cells = [str(row["agents"]), f"{row['occupancy']:.1%}", f"{row['wait_longer']:.2%}"]
        table.add_row(*cells, *([] if patience_s is None else [f"{row['hang_up']:.2%}"]))
    Console().print(table)


def _described(work: Work) -> str:
    return (
        f"{work.answer_rate:.1%} of calls answered after {work.ring_s:g} s, {work.talk_s:g} s talk +"
        f" {work.acw_s:g} s ACW, at most {work.abandon_rate_max:.1%} abandoned"
    )


def _print_json(answer: object) -> None:
    typer.echo(json.dumps(msgspec.to_builtins(answer), indent=2))
