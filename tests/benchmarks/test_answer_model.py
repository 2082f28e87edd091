import pytest

from benchmarks import answer_model


def test_a_small_list_gives_every_figure_in_the_right_order(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(answer_model, "LEADS", 1500)
    figures = {figure.name: figure.value for figure in answer_model.answer_model(1)}
    assert figures["log-loss, oracle"] < figures["log-loss, model"] < figures["log-loss, base rate"]
    assert figures["log-loss, model after the signal, ringing"] < figures["log-loss, base rate, ringing"]
