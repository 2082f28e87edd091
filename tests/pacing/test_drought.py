from pacing.drought import DUE_MAX, Drought


def test_a_run_of_failures_in_which_many_answers_were_due() -> None:
    drought = Drought()
    for _ in range(int(DUE_MAX / 0.3) - 1):
        drought.update(False, 0.3)
    assert not drought.is_on
    for _ in range(2):
        drought.update(False, 0.3)
    assert drought.is_on
    drought.update(True, 0.3)
    assert not drought.is_on


def test_a_poor_list_is_no_drought() -> None:
    drought = Drought()
    for _ in range(300):
        drought.update(False, 0.03)
    assert not drought.is_on
