import numpy as np
import pytest

from pacing.answer_model import AnswerModel, attempt_features


def attempt(rng: np.random.Generator) -> tuple[dict[str, str], float]:
    """A made-up list whose answers depend on the hour, the try and the kind of number."""
    hour = int(rng.integers(9, 20))
    number = int(rng.integers(1, 6))
    kind = str(rng.choice(["mobile", "landline"]))
    features = attempt_features(
        hour=hour,
        weekday=int(rng.integers(0, 7)),
        attempt_number=number,
        last_outcome="" if number == 1 else "no_answer",
        days_since_last=None if number == 1 else float(rng.uniform(0.2, 10.0)),
        list_name=f"list {rng.integers(0, 5)}",
        number_kind=kind,
        area=str(rng.integers(200, 260)),
    )
    line = -1.0 + (1.0 if hour >= 17 else -0.3) - 0.4 * (number - 1) + (0.8 if kind == "landline" else -0.4)
    return features, 1.0 / (1.0 + np.exp(-line))


def log_loss(chance: float, answered: bool) -> float:
    return float(-np.log(chance if answered else 1.0 - chance))


def test_beats_the_base_rate_and_comes_near_the_truth() -> None:
    rng = np.random.default_rng(1)
    model = AnswerModel()
    losses: list[tuple[float, float, float]] = []
    told: list[tuple[float, bool]] = []
    answers = 0
    for number in range(12_000):
        features, chance = attempt(rng)
        answered = bool(rng.random() < chance)
        guess = model.probability(features, number * 1.0)
        if number > 6000:
            assert guess is not None
            base = answers / number
            losses.append((log_loss(guess, answered), log_loss(base, answered), log_loss(chance, answered)))
            told.append((guess, answered))
        answers += answered
        model.update(features, answered, number * 1.0)
    model_loss, base_loss, oracle_loss = np.mean(losses, axis=0)
    assert oracle_loss < model_loss < base_loss
    assert (base_loss - model_loss) / (base_loss - oracle_loss) > 0.75
    guesses, outcomes = np.array(told).T
    for low, high in [(0.0, 0.15), (0.15, 0.3), (0.3, 0.5), (0.5, 1.0)]:
        inside = (guesses >= low) & (guesses < high)
        assert outcomes[inside].mean() == pytest.approx(guesses[inside].mean(), abs=0.04)


def test_says_nothing_about_answers_that_depend_on_nothing() -> None:
    rng = np.random.default_rng(2)
    model = AnswerModel()
    trusted = 0
    for number in range(6000):
        features, _ = attempt(rng)
        trusted += model.probability(features, number * 1.0) is not None
        model.update(features, bool(rng.random() < 0.3), number * 1.0)
    assert trusted < 300


def test_says_nothing_before_it_has_proved_itself() -> None:
    features, _ = attempt(np.random.default_rng(3))
    assert AnswerModel().probability(features, 0.0) is None


def test_the_order_of_features_means_nothing() -> None:
    rng = np.random.default_rng(4)
    model = AnswerModel()
    for number in range(3000):
        features, chance = attempt(rng)
        model.update(features, bool(rng.random() < chance), number * 1.0)
    features, _ = attempt(rng)
    turned = dict(reversed(features.items()))
    found = model.probability(features, 3000.0)
    assert found is not None
    assert model.probability(turned, 3000.0) == pytest.approx(found)


def test_features_are_coarse_enough_to_meet_again() -> None:
    first = attempt_features(hour=10, weekday=0, attempt_number=9, days_since_last=3.1)
    second = attempt_features(hour=10, weekday=0, attempt_number=7, days_since_last=3.9)
    assert first == second
    assert attempt_features(hour=10, weekday=0, attempt_number=1)["since"] == "none"
    assert attempt_features(hour=1, weekday=6, attempt_number=1, others=[("segment", "gold")])["segment"] == "gold"


def test_classes_of_leads_are_known_after_some_hours_of_a_small_team() -> None:
    """Twenty classes, 2,000 attempts: four fifths of what knowing each class's true chance would give."""
    rng = np.random.default_rng(5)
    chances = 1.0 / (1.0 + np.exp(-rng.normal(-1.0, 1.3, 20)))
    model = AnswerModel()
    losses: list[tuple[float, float, float]] = []
    for number in range(2500):
        group = int(rng.integers(20))
        features = attempt_features(
            hour=9 + number // 400, weekday=0, attempt_number=1, others=[("attribute class", str(group))]
        )
        answered = bool(rng.random() < chances[group])
        guess = model.probability(features, number * 10.0)
        if number > 1500:
            assert guess is not None
            told = (guess, float(chances.mean()), float(chances[group]))
            losses.append((log_loss(told[0], answered), log_loss(told[1], answered), log_loss(told[2], answered)))
        model.update(features, answered, number * 10.0)
    model_loss, base_loss, oracle_loss = np.mean(losses, axis=0)
    assert (base_loss - model_loss) / (base_loss - oracle_loss) > 0.8
