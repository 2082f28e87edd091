import json

import pytest

from simulation.commands.tables import print_json, shown
from simulation.experiments.figures import METRICS
from simulation.experiments.intervals import Interval

BY_NAME = {metric.name: metric for metric in METRICS}


def test_rates_are_shown_in_per_cent_with_their_half_width() -> None:
    interval = Interval(mean=0.86412, low=0.86012, high=0.86812, count=5)

    assert shown(BY_NAME["occupancy"], interval) == "86.41 % ± 0.40"
    lopsided = Interval(mean=0.002, low=0.0001, high=0.011, count=500)
    assert shown(BY_NAME["abandon_rate_worst_day"], lopsided) == "0.20 % (0.01 to 1.10)"
    assert shown(BY_NAME["answer_to_agent_s"], Interval(mean=1.5, low=None, high=None, count=1)) == "1.50"
    assert shown(BY_NAME["occupancy"], None) == "–"


def test_json_is_in_a_fixed_order(capsys: pytest.CaptureFixture[str]) -> None:
    print_json({"b": 1, "a": [1.5, None]})
    printed = capsys.readouterr().out

    assert json.loads(printed) == {"a": [1.5, None], "b": 1}
    assert printed.index('"a"') < printed.index('"b"')
