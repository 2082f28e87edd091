import pytest

from simulation.models.timelines import Timeline


def test_without_changes_it_is_constant() -> None:
    timeline = Timeline(0.3)

    assert timeline.is_constant
    assert timeline.at(1e9) == 0.3


def test_steps_and_drifts() -> None:
    timeline = Timeline(0.4, [(100.0, 0.0, 0.12), (200.0, 50.0, 0.22)])

    assert [timeline.at(now) for now in (99.9, 100.0, 199.0, 225.0, 250.0, 900.0)] == pytest.approx(
        [0.4, 0.12, 0.12, 0.17, 0.22, 0.22]
    )


def test_a_change_takes_over_from_one_under_way() -> None:
    timeline = Timeline(0.0, [(0.0, 100.0, 1.0), (50.0, 50.0, 0.0)])

    assert [timeline.at(now) for now in (25.0, 50.0, 75.0, 100.0, 500.0)] == pytest.approx([0.25, 0.5, 0.25, 0.0, 0.0])
