from pathlib import Path

import pytest

from benchmarks import plots

PAGE = Path(__file__).parents[2] / "docs/concepts/pacing.md"


@pytest.mark.parametrize("draw", [plots.conditional, plots.risk_by_call, plots.occupancy_by_team])
def test_the_same_code_draws_the_same_bytes(draw: object) -> None:
    assert callable(draw)
    first = draw()
    assert first.startswith("<svg")
    assert draw() == first


def test_every_plot_of_the_page_is_there() -> None:
    named = {line.split("](")[1].rstrip(")") for line in PAGE.read_text().splitlines() if line.startswith("![")}
    assert len(named) == 6
    for name in named:
        assert (PAGE.parent / name).read_text().startswith("<svg"), name
