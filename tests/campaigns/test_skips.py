import pytest

from campaigns.skips import DEFAULT_SKIP_REASONS, NOTE_LENGTH_MAX, skip_problem


@pytest.mark.parametrize(
    ("reason", "note"),
    [("bad_time", ""), ("bad_time", "ring at six"), ("", "they are away"), ("other", "they are away")],
)
def test_a_reason_or_words_of_ones_own_will_do(reason: str, note: str) -> None:
    assert skip_problem(DEFAULT_SKIP_REASONS, reason, note) is None


@pytest.mark.parametrize(
    ("reason", "note", "field"),
    [
        ("", "", "reason"),
        ("", " \n", "reason"),
        ("sleepy", "they are away", "reason"),
        ("ran_out", "", "reason"),
        ("other", " ", "note"),
        ("bad_time", "x" * (NOTE_LENGTH_MAX + 1), "note"),
    ],
)
def test_what_is_wrong_names_its_field(reason: str, note: str, field: str) -> None:
    problem = skip_problem(DEFAULT_SKIP_REASONS, reason, note)
    assert problem is not None
    assert problem[0] == field


def test_without_reasons_nothing_has_to_be_said() -> None:
    assert skip_problem((), "", "") is None
    assert skip_problem((), "", "all the same") is None
    assert skip_problem((), "bad_time", "") is not None
