"""How every plot is drawn: one look, SVG text that is the same for the same data, one error where matplotlib misses."""

import io
from typing import Any

from simulation.scenario.loading import ScenarioError

CAP_COLOUR = "#555555"

Axes = Any
"""matplotlib's axes; it is imported only when something is drawn."""


class ReportError(ScenarioError):
    """The report cannot be made; the message says what is missing."""


def new_axes(height: float = 2.6, width: float = 9.0, rows: int = 1, columns: int = 1) -> tuple[Any, Any]:
    """A figure with its axes: one, or a flat list of rows x columns."""
    figure, axes = _pyplot().subplots(rows, columns, figsize=(width, height), squeeze=False)
    for one in axes.flat:
        tidy(one)
    return figure, (axes[0, 0] if rows * columns == 1 else list(axes.flat))


def tidy(axes: Axes, *sides: str) -> None:
    """Take the frame away but for the axes themselves; `sides` names others to take, top and right unless said."""
    for side in sides or ("top", "right"):
        axes.spines[side].set_visible(False)


def svg_text(figure: Any) -> str:
    """The figure as SVG, without a date and without the XML head."""
    buffer = io.StringIO()
    figure.savefig(buffer, format="svg", bbox_inches="tight", metadata={"Date": None})
    _pyplot().close(figure)
    text = buffer.getvalue()
    return text[text.index("<svg") :]


def _pyplot() -> Any:
    try:
        import matplotlib as mpl
    except ImportError:
        raise ReportError("reports need matplotlib: pip install 'predictive-dialer[analysis]'") from None
    mpl.use("svg")
    mpl.rcParams["svg.hashsalt"] = "predictive-dialer"
    mpl.rcParams["svg.fonttype"] = "none"
    mpl.rcParams["font.size"] = 9
    from matplotlib import pyplot as plt

    return plt
