from campaigns.model import Outcome
from dialer.pds.history import NumberHistory, Tried

ANN, BOB, CID = "+12025550100", "+12025550101", "+12025550102"


def test_a_number_never_dialed_is_unknown() -> None:
    history = NumberHistory()
    assert history.find(ANN) is None
    assert history.late_cancels(ANN) == 0


def test_the_last_attempt_is_kept_and_late_cancels_add_up() -> None:
    history = NumberHistory()
    history.note(ANN, 10.0, Outcome.CANCELLED, was_given_up=True)
    history.note(ANN, 20.0, Outcome.NO_ANSWER, was_given_up=False)
    assert history.find(ANN) == Tried(20.0, Outcome.NO_ANSWER, 1)
    history.note(ANN, 30.0, Outcome.ABANDONED, was_given_up=True)
    assert history.late_cancels(ANN) == 2


def test_the_number_noted_least_recently_is_forgotten_first() -> None:
    history = NumberHistory(numbers_max=2)
    for at, number in enumerate((ANN, BOB, ANN, CID)):
        history.note(number, float(at), Outcome.BUSY, was_given_up=False)
    assert [history.find(number) is None for number in (ANN, BOB, CID)] == [False, True, False]
