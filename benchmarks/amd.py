"""Answering-machine detection on answers it has not learned from: who is taken for whom, how soon, at what cost."""

import time
from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np

from benchmarks.amd_corpus import Answer, make_answers
from benchmarks.amd_texts import TEST, TEST_VARIANTS
from benchmarks.harness import Figure, benchmark
from campaigns.terms import AmdClassifier, AmdSettings
from dialer.gateway.media.amd import Detector
from dialer.model import AmdResult

TAKES = 6
SETTINGS = {
    "careful": AmdSettings(machine_confidence_min=0.9),
    "default": AmdSettings(),
    "eager": AmdSettings(machine_confidence_min=0.65),
    "classical 5 s": AmdSettings(classifier=AmdClassifier.CLASSICAL, total_s=5.0),
    "classical 1.7 s": AmdSettings(classifier=AmdClassifier.CLASSICAL, greeting_s=1.1, after_greeting_silence_s=0.5),
}
"""Three settings of the trained classifier; the usual classical ones, which need longer than the law allows; and those
cut down to the time there is."""
LANGUAGES = ("en", "zh", "es")


class Score(NamedTuple):
    """How one setting did on one group of answers."""

    persons: int
    machines: int
    false_positives: int
    """Persons taken for machines: somebody is hung up on."""
    false_negatives: int
    """Machines that reach an agent."""
    decided_s: tuple[float, ...]
    """When the persons were known for such."""

    @property
    def false_positive_rate(self) -> float:
        """0..1 of the persons."""
        return self.false_positives / max(1, self.persons)

    @property
    def false_negative_rate(self) -> float:
        """0..1 of the machines."""
        return self.false_negatives / max(1, self.machines)


def judge(answers: Iterable[Answer], settings: AmdSettings) -> Score:
    """Let a detector of these settings hear every answer; whoever is not called a machine is put through."""
    persons = machines = false_positives = false_negatives = 0
    decided_s = []
    for answer in answers:
        detector = Detector(settings)
        for frame in answer.frames:
            if detector.hear(frame, answer.payload_type) is not None:
                break
        verdict = detector.verdict
        is_machine = verdict is not None and verdict.result not in (AmdResult.PERSON, AmdResult.UNSURE)
        if answer.is_machine:
            machines += 1
            false_negatives += not is_machine
        else:
            persons += 1
            false_positives += is_machine
            decided_s.append(verdict.at_ms / 1000 if verdict is not None else settings.total_s)
    return Score(persons, machines, false_positives, false_negatives, tuple(decided_s))


@benchmark("amd", "Answering-machine detection: errors by language and setting, and CPU per second of audio")
def amd(seed: int) -> Sequence[Figure]:
    """Errors of every setting on the same synthetic answers, beside the classical parameters'."""
    answers = list(make_answers(TEST, TEST_VARIANTS, TAKES, 1000 + seed))
    figures = [Figure(name="answers", value=len(answers), unit="calls", better="higher")]
    for name, settings in SETTINGS.items():
        for language in ("all", *LANGUAGES):
            score = judge((one for one in answers if language in ("all", one.language)), settings)
            wrong, missed = 100 * score.false_positive_rate, 100 * score.false_negative_rate
            figures.append(Figure(name=f"{name}, {language}: false positives", value=wrong, unit="%", better="lower"))
            figures.append(Figure(name=f"{name}, {language}: false negatives", value=missed, unit="%", better="lower"))
            if language == "all":
                waited = float(np.median(score.decided_s))
                figures.append(Figure(name=f"{name}: median time to a person", value=waited, unit="s", better="lower"))
    figures += [_cost(answers, name) for name in ("default", "classical 5 s")]
    return figures


def _cost(answers: Sequence[Answer], name: str) -> Figure:
    """Processor time per second of audio, until the verdict."""
    heard_s = 0.0
    detectors = [Detector(SETTINGS[name]) for _ in answers[:100]]
    begun = time.process_time()
    for answer, detector in zip(answers, detectors, strict=False):
        for frame in answer.frames:
            heard_s += 0.02
            if detector.hear(frame, answer.payload_type) is not None:
                break
    used_s = time.process_time() - begun
    return Figure(name=f"{name}: CPU per second of audio", value=1000 * used_s / heard_s, unit="ms", better="lower")
