import sys
import xml.etree.ElementTree as ET

import pytest

from simulation.report.drawing import ReportError, new_axes, svg_text


def test_a_figure_becomes_svg_without_a_date() -> None:
    pytest.importorskip("matplotlib")
    figure, axes = new_axes()
    axes.plot([0, 1], [0, 1])
    drawn = svg_text(figure)

    assert ET.fromstring(drawn).tag.endswith("svg")
    assert "<dc:date>" not in drawn


def test_without_matplotlib_what_to_install_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib", None)

    with pytest.raises(ReportError, match=r"pip install 'predictive-dialer\[analysis\]'"):
        new_axes()
