"""`python -m benchmarks.amd_training`: fit the weights of the trained classifier, and write them where it reads them.

Logistic regression with an L2 penalty, fitted by L-BFGS. Each answer gives one row for each time it may be judged; the
rows of an answer share its weight. How much worse it is to mistake a person is the campaign's to say, not the model's.
"""

import argparse
import json
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from benchmarks.amd_corpus import Answer, make_answers
from benchmarks.amd_texts import TRAINING, TRAINING_VARIANTS
from dialer.gateway.media.amd.features import NAMES, Features
from dialer.gateway.media.amd.floor import Floor
from dialer.gateway.media.amd.levels import level
from dialer.gateway.media.amd.trained import EVERY_MS, WEIGHTS_PATH
from dialer.gateway.media.amd.verdict import FRAME_MS, Sound

Array = NDArray[np.float64]
SEED = 20
TAKES = 16
HORIZON_S = 2.0
"""Later than this nobody waits for a verdict."""
PENALTY = 1e-6


def rows_of(answer: Answer) -> list[tuple[float, ...]]:
    """The features of one answer at each moment at which it may be judged."""
    features, floor = Features(), Floor()
    rows = []
    for number, frame in enumerate(answer.frames[: int(HORIZON_S * 1000 / FRAME_MS)], 1):
        loudness = level(frame, answer.payload_type)
        features.hear(Sound(number * FRAME_MS, loudness, floor.is_loud(loudness)))
        if number * FRAME_MS % EVERY_MS == 0 and features.has_speech:
            rows.append(features.values())
    return rows


def fit(answers: Iterable[Answer]) -> Array:
    """The weights of `features.NAMES`."""
    rows: list[tuple[float, ...]] = []
    labels: list[float] = []
    shares: list[float] = []
    for answer in answers:
        own = rows_of(answer)
        rows += own
        labels += [float(answer.is_machine)] * len(own)
        shares += [1.0 / max(1, len(own))] * len(own)
    x, y, weight = np.array(rows), np.array(labels), np.array(shares)
    weight /= weight.sum()
    scale = np.maximum(1e-9, np.abs(x).max(axis=0))
    scaled = x / scale

    def cost(weights: Array) -> tuple[float, Array]:
        score = scaled @ weights
        losses = np.logaddexp(0.0, score) - y * score
        slope = weight * (1.0 / (1.0 + np.exp(-score)) - y)
        return float(weight @ losses + PENALTY * weights @ weights / 2.0), scaled.T @ slope + PENALTY * weights

    found = minimize(cost, np.zeros(len(NAMES)), jac=True, method="L-BFGS-B", options={"maxiter": 2000})
    return np.asarray(found.x / scale)


def main() -> None:
    """Make the training set, fit, write."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.amd_training", description=__doc__.splitlines()[0])
    parser.add_argument("--takes", type=int, default=TAKES, help=f"voices and noises for each sentence ({TAKES})")
    takes = parser.parse_args().takes
    answers = list(make_answers(TRAINING, TRAINING_VARIANTS, takes, SEED))
    weights = fit(answers)
    content = {
        "made_by": f"python -m benchmarks.amd_training --takes {takes}",
        "answers": len(answers),
        "weights": {name: round(float(value), 6) for name, value in zip(NAMES, weights, strict=True)},
    }
    WEIGHTS_PATH.write_text(json.dumps(content, indent=2) + "\n")
    print(f"wrote {WEIGHTS_PATH.name} from {len(answers)} answers")


if __name__ == "__main__":
    main()
