import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigns.service.spelling import Spellings

WANTED = Spellings(["+12025550101", "+442079460000", "no number"])


@pytest.mark.parametrize(
    "text",
    [
        "+12025550101",
        "(202) 555-0101",
        "1-202-555-0101",
        "001 202 555.0101",
        '{"number":"+12025550101","name":"Jane"}',
        "call 2025550101 again",
        "+44 (0)20 7946 0000",
        "020 7946 0000",
    ],
)
def test_a_number_is_found_however_it_is_written(text: str) -> None:
    assert WANTED.are_in(text)
    assert not WANTED.are_in(WANTED.replaced(text, "erased"))
    blotted = WANTED.blotted(text)
    assert len(blotted) == len(text)
    assert not WANTED.are_in(blotted)


@pytest.mark.parametrize("text", ["", "+12025550102", "120255501011", "7+120255501019", "Jane Doe", "4711-2"])
def test_other_numbers_are_left_alone(text: str) -> None:
    assert not WANTED.are_in(text)
    assert WANTED.replaced(text, "x") == WANTED.blotted(text) == text


def test_without_numbers_nothing_is_found() -> None:
    nobody = Spellings([])
    assert not nobody.are_in("+12025550101")
    assert nobody.replaced("+12025550101", "x") == nobody.blotted("+12025550101") == "+12025550101"


@given(st.text(alphabet="0123456789+() -/x", max_size=200))
def test_any_text_keeps_its_length_and_loses_the_numbers(text: str) -> None:
    blotted = WANTED.blotted(text)
    assert len(blotted) == len(text)
    assert not WANTED.are_in(blotted)


def test_a_long_run_of_separators_costs_no_more_than_its_length() -> None:
    # Possessive: nothing is tried twice. With backtracking this would take hours.
    assert not WANTED.are_in(" (-" * 200_000 + "(0" * 100_000)
