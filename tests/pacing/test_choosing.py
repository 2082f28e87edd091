import pytest

from pacing.choosing import LeadChoice

CHANCES = (0.3, 0.9, 0.1, 0.5, 0.2)


@pytest.mark.parametrize(("risk", "chance"), [(0.0, 0.9), (0.01, 0.3), (0.02, 0.1), (0.5, 0.1)])
def test_surest_lead_where_the_risk_is_least(risk: float, chance: float) -> None:
    assert CHANCES[LeadChoice(CHANCES).take(risk, 0.02)] == chance


def test_every_lead_is_taken_once() -> None:
    choice = LeadChoice(CHANCES)
    taken = [choice.take(risk, 0.02) for risk in (0.0, 0.015, 0.005, 0.02, 0.0)]
    assert sorted(taken) == [0, 1, 2, 3, 4]


def test_leads_that_must_go_in_order_go_first_and_in_order() -> None:
    choice = LeadChoice(CHANCES, in_order=2)
    assert [choice.take(0.0, 0.02) for _ in CHANCES] == [0, 1, 3, 4, 2]
    in_order = LeadChoice(CHANCES, in_order=len(CHANCES))
    assert [in_order.take(0.02, 0.02) for _ in CHANCES] == [0, 1, 2, 3, 4]


def test_equal_chances_are_taken_from_the_last() -> None:
    assert LeadChoice((0.3, 0.3, 0.3)).take(0.0, 0.02) == 2
