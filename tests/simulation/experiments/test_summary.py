import pytest

from simulation.experiments.figures import CampaignDay, ReplicationFigures, Sums
from simulation.experiments.summary import summarise


def replication(number: int, occupancies: list[float], abandoned: int) -> ReplicationFigures:
    spans = [Sums(day=0, talk_s=100.0 * one, idle_s=100.0 * (1.0 - one)) for one in occupancies]
    account = CampaignDay(
        day=0, campaign_id=1, answered=100, abandoned=abandoned, connected=100 - abandoned, amd_errors=0
    )
    return ReplicationFigures(replication=number, spans=tuple(spans), accounts=(account,))


def test_replications_are_the_independent_values() -> None:
    found = summarise("x", [replication(0, [0.7, 0.8], 2), replication(1, [0.9, 0.8], 4)], 0.03)

    assert found.method == "independent replications"
    assert found.values["occupancy"] == pytest.approx((0.75, 0.85))
    assert found.metrics["occupancy"].mean == pytest.approx(0.8)
    assert (found.days_over_cap, found.campaign_days) == (1, 2)


def test_a_single_replication_takes_its_interval_from_batches() -> None:
    found = summarise("x", [replication(0, [0.7, 0.9, 0.8], 2)], 0.03)

    assert found.method == "batch means"
    assert found.metrics["occupancy"].mean == pytest.approx(0.8)
    assert found.metrics["occupancy"].half_width == pytest.approx(4.3027 * 0.1 / 3**0.5, abs=1e-4)


def test_the_worst_day_of_a_single_replication_has_the_exact_interval_of_its_account() -> None:
    found = summarise("x", [replication(0, [0.7, 0.9], 2)], 0.03).metrics["abandon_rate_worst_day"]

    # Clopper and Pearson for 2 of 100.
    assert (found.mean, found.low, found.high) == pytest.approx((0.02, 0.00243, 0.07038), abs=1e-4)
