import pytest

from simulation.experiments.candidates import Setting, SettingError, closer, grid, span


def test_more_ranges_have_fewer_values_each() -> None:
    assert [len(span("x", 0.0, 1.0, ranges).values) for ranges in (1, 2, 3, 4)] == [7, 5, 3, 3]
    assert span("x", 1.0, 4.0, 1).values == (1.0, 1.5, 2.0, 2.5, 3.0, 3.5, 4.0)


def test_the_grid_holds_every_combination_and_has_a_limit() -> None:
    kind = Setting(path="kind", values=("a", "b"), is_range=False)

    assert grid([span("x", 0.0, 2.0, 3), kind])[:3] == [(0.0, "a"), (0.0, "b"), (1.0, "a")]
    with pytest.raises(SettingError, match="343 combinations are more than 200"):
        grid([span(name, 0.0, 1.0, 1) for name in "xyz"])


def test_ranges_close_in_on_the_best_and_choices_are_decided() -> None:
    kind = Setting(path="kind", values=("a", "b"), is_range=False)
    found = closer([span("x", 1.0, 4.0, 1), span("y", 0.0, 6.0, 1), kind], (2.0, 0.0, "b"))

    assert (found[0].values[0], found[0].values[-1]) == (1.5, 2.5)
    assert (found[1].values[0], found[1].values[-1]) == (0.0, 1.0)
    assert found[2].values == ("b",)
