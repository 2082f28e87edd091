"""The report as one HTML page: figures, plots and the scenario, nothing fetched from anywhere."""

from collections.abc import Mapping, Sequence
from html import escape
from pathlib import Path

from simulation.calibration.writing import scenario_toml
from simulation.commands.tables import basis, shown
from simulation.experiments.figures import METRICS, Metric
from simulation.experiments.intervals import Interval
from simulation.experiments.summary import Summary
from simulation.report import plots
from simulation.report.drawing import ReportError
from simulation.report.frontier import frontier
from simulation.scenario.model import Scenario
from simulation.world import DayRecord

STYLE = """
:root { color-scheme: light; }
body { font: 15px/1.45 system-ui, sans-serif; max-width: 62rem; margin: 2rem auto; padding: 0 1rem; color: #1d2429;
  background: #fff; }
h1 { font-size: 1.5rem; } h2 { font-size: 1.1rem; margin-top: 2rem; }
table { border-collapse: collapse; } td, th { padding: .2rem .9rem .2rem 0; text-align: right; font-weight: normal; }
th:first-child, td:first-child { text-align: left; } thead th { border-bottom: 1px solid #9aa5ad; }
td { white-space: nowrap; } thead th { vertical-align: bottom; } .wide { overflow-x: auto; }
figure { margin: 0; } figure svg { width: 100%; height: auto; }
pre { background: #f3f5f6; padding: 1rem; overflow-x: auto; font-size: .85rem; }
"""


def run_page(scenario: Scenario, seed: int, summary: Summary, day: DayRecord) -> str:
    """The page of one scenario under one policy; `day` is the first day of the first replication."""
    figures = (
        ("Agents' timeline: what each one does", plots.agents_timeline(day)),
        ("Agents by state, mean of five minutes", plots.agents_by_state(day)),
        ("Calls in flight: mean, least and most of five minutes", plots.calls_in_flight(day)),
        ("Occupancy, and the day's abandon rate so far against the cap", plots.rates_over_the_day(day, summary.cap)),
        ("Distributions: dial to answer, talk, wait between calls", plots.distributions(day)),
    )
    policies = ", ".join(dict.fromkeys(one.pacing.policy for one in scenario.campaigns))
    drawn = "".join(_figure(caption, svg) for caption, svg in figures)
    parts = (
        f"<p>{escape(scenario.description)}</p>",
        f"<p>Policy {escape(policies)}, seed {seed}. The plots show the first day of the first replication.</p>",
        _table([summary]),
        drawn,
        f"<h2>Scenario</h2><pre>{escape(scenario_toml(scenario))}</pre>",
    )
    return _page(scenario.name, parts)


def comparison_page(
    scenario: Scenario,
    seed: int,
    summaries: Sequence[Summary],
    differences: Sequence[Mapping[str, Interval | None]] = (),
    remark: str = "",
) -> str:
    """The page of several policies, or of several values of a parameter.

    `differences` are those of the second summary and of every later one from the first; `remark` stands above the plot.
    """
    parts = (
        f"<p>{escape(scenario.description)}</p>",
        f"<p>Seed {seed}; all columns met the same customers.</p>",
        f"<p>{escape(remark)}</p>" if remark else "",
        _figure("Frontier: occupancy against abandon rate, with 95 % intervals", frontier(summaries)),
        _table(summaries),
        _differences(summaries, differences) if differences else "",
        f"<h2>Scenario</h2><pre>{escape(scenario_toml(scenario))}</pre>",
    )
    return _page(scenario.name, parts)


def write_page(path: Path, text: str) -> None:
    """Write a page.

    Raises:
        ReportError: the file cannot be written.
    """
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise ReportError(f"{path}: cannot be written: {error.strerror}") from None


def _figure(caption: str, svg: str) -> str:
    return f"<h2>{escape(caption)}</h2><figure>{svg}</figure>"


def _table(summaries: Sequence[Summary]) -> str:
    head = "".join(f"<th>{escape(one.name)}</th>" for one in summaries)
    rows = ""
    for metric in METRICS:
        unit = "" if metric.unit == "%" else f" [{metric.unit}]"
        cells = "".join(f"<td>{shown(metric, one.metrics[metric.name])}</td>" for one in summaries)
        rows += f"<tr><td>{escape(metric.words + unit)}</td>{cells}</tr>"
    days = "".join(f"<td>{one.days_over_cap} of {one.campaign_days}</td>" for one in summaries)
    rows += f"<tr><td>campaign-days over the cap of {100.0 * summaries[0].cap:g} %</td>{days}</tr>"
    rows += f"<tr><td>± is over</td>{''.join(f'<td>{basis(one)}</td>' for one in summaries)}</tr>"
    return _grid(head, rows) + "<p>± is the half width of the 95 % interval.</p>"


def _differences(summaries: Sequence[Summary], differences: Sequence[Mapping[str, Interval | None]]) -> str:
    """What each later column has more than the first, on the same customers; bold where that is more than chance."""
    head = "".join(f"<th>{escape(one.name)}</th>" for one in summaries[1:])
    rows = ""
    for metric in METRICS:
        unit = "points" if metric.unit == "%" else metric.unit
        cells = "".join(f"<td>{_difference(metric, one[metric.name])}</td>" for one in differences)
        rows += f"<tr><td>{escape(metric.words)} [{unit}]</td>{cells}</tr>"
    return (
        f"<h2>Paired differences from {escape(summaries[0].name)}</h2>{_grid(head, rows)}"
        "<p>± is the half width of the 95 % interval of the difference on the same customers; bold where it does not"
        " hold nought.</p>"
    )


def _difference(metric: Metric, interval: Interval | None) -> str:
    if interval is None:
        return "–"
    factor = 100.0 if metric.unit == "%" else 1.0
    text = f"{factor * interval.mean:+.2f}"
    if interval.half_width is not None:
        text += f" ± {factor * interval.half_width:.2f}"
    is_real = interval.low is not None and not interval.covers(0.0)
    return f"<b>{text}</b>" if is_real else text


def _grid(head: str, rows: str) -> str:
    return f'<div class="wide"><table><thead><tr><th></th>{head}</tr></thead><tbody>{rows}</tbody></table></div>'


def _page(title: str, parts: Sequence[str]) -> str:
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        f"<style>{STYLE}</style></head><body><h1>{escape(title)}</h1>{''.join(parts)}</body></html>\n"
    )
