"""AMD on voices it has not learned from: a small fixed part of the set that `python -m benchmarks amd` uses."""

import os
import shutil

import pytest

from benchmarks.amd import SETTINGS, judge
from benchmarks.amd_corpus import Answer, make_answers
from benchmarks.amd_texts import TEST, TEST_VARIANTS, TRAINING, TRAINING_VARIANTS


@pytest.fixture(scope="module")
def answers() -> list[Answer]:
    if shutil.which("espeak-ng") is None:
        message = "espeak-ng is missing; install it (Debian: apt-get install espeak-ng)"
        if os.environ.get("CI"):
            pytest.fail(message)
        pytest.skip(message)
    return list(make_answers(TEST, TEST_VARIANTS, 1, 7))


def test_it_is_tested_by_other_voices_and_sentences_than_it_learned_from() -> None:
    assert not set(TEST_VARIANTS) & set(TRAINING_VARIANTS)
    for language, lines in TEST.items():
        assert not set(lines.machines) & set(TRAINING[language].machines)


def test_persons_are_seldom_taken_for_machines_and_seldomer_than_by_the_classical_limits(answers: list[Answer]) -> None:
    scores = {name: judge(answers, SETTINGS[name]) for name in ("careful", "default", "classical 1.7 s")}
    assert scores["default"].persons > 20
    assert scores["default"].machines > 12
    assert scores["careful"].false_positive_rate <= scores["default"].false_positive_rate <= 0.12
    assert scores["default"].false_positives < scores["classical 1.7 s"].false_positives
    assert scores["default"].false_negative_rate < 0.95


def test_the_classical_limits_do_what_they_are_known_for(answers: list[Answer]) -> None:
    score = judge(answers, SETTINGS["classical 5 s"])
    assert score.false_negative_rate < 0.2
    assert score.false_positive_rate > 0.15
