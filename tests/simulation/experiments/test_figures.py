import pytest

from campaigns.model import Outcome
from simulation.experiments.figures import (
    Account,
    CampaignDay,
    ReplicationFigures,
    accounts_of,
    metrics_of,
    spans_of,
    worst_accounts,
)
from simulation.rows import AttemptRow, DayRows, IntervalRow
from simulation.world import DayRecord


def attempt(outcome: Outcome, placed_at: float, answered_at=None, bridged_at=None, ringing_at=None, person=None):
    return AttemptRow(
        0, 1, "1-1", 1, 1, "+1", placed_at, ringing_at, answered_at, bridged_at, placed_at + 60, outcome, "", None, "",
        person, None, None,
    )  # fmt: skip


def interval(state: str, started_at: float, ended_at: float) -> IntervalRow:
    return IntervalRow(0, "ann", state, started_at, ended_at, "")


RECORD = DayRecord(
    0,
    100.0,
    1100.0,
    DayRows(
        [
            attempt(Outcome.CONNECTED, 50.0, 60.0, 60.0),
            attempt(Outcome.CONNECTED, 200.0, 210.0, 211.0),
            attempt(Outcome.CONNECTED, 700.0, 710.0, 710.0),
            attempt(Outcome.ABANDONED, 300.0, 310.0),
            attempt(Outcome.LOST, 300.0, 310.0),
            attempt(Outcome.MACHINE, 300.0, 310.0, person=True),
            attempt(Outcome.CANCELLED, 800.0, ringing_at=802.0),
            attempt(Outcome.CANCELLED, 800.0),
            attempt(Outcome.NO_ANSWER, 1100.0),
        ],
        [
            interval("idle", 0.0, 300.0),
            interval("talking", 300.0, 800.0),
            interval("acw", 800.0, 900.0),
            interval("paused", 900.0, 1000.0),
            interval("idle", 1000.0, 2000.0),
        ],
        [],
    ),
)


def test_sums_are_those_of_the_measured_part_whatever_the_number_of_spans() -> None:
    for count in (1, 7):
        spans = spans_of(RECORD, count)
        assert len(spans) == count
        assert sum(span.talk_s for span in spans) == pytest.approx(500.0)
        assert sum(span.idle_s for span in spans) == pytest.approx(300.0)
        assert sum(span.pause_s for span in spans) == pytest.approx(100.0)
        assert sum(span.attempts for span in spans) == 7
        assert sum(span.idle_stretches for span in spans) == 1


def test_metrics_by_hand() -> None:
    figures = ReplicationFigures(replication=0, spans=tuple(spans_of(RECORD, 1)), accounts=tuple(accounts_of(RECORD)))
    found = metrics_of(figures)

    assert found["occupancy"] == pytest.approx(600.0 / 900.0)
    assert found["talk_min_per_agent_h"] == pytest.approx(60.0 * 500.0 / 900.0)
    assert found["abandon_rate"] == pytest.approx(1 / 4)
    # Ofcom adds persons taken for machines and leaves out those who hung up: (1 + 1) / (2 + 2).
    assert found["abandon_rate_uk"] == pytest.approx(2 / 4)
    # The whole day has one connected call more, from the warm-up.
    assert found["abandon_rate_worst_day"] == pytest.approx(1 / 5)
    assert found["abandon_rate_uk_worst_day"] == pytest.approx(2 / 5)
    assert found["answer_to_agent_s"] == pytest.approx(0.5)
    assert found["wait_between_calls_s"] == pytest.approx(300.0)
    assert found["dials_per_agent_h"] == pytest.approx(7 * 3600.0 / 900.0)
    assert found["nuisance_rate"] == pytest.approx(1 / 7)
    assert found["lost_rate"] == pytest.approx(1 / 4)


def test_nothing_to_divide_by_is_unknown_and_not_nought() -> None:
    empty = DayRecord(0, 0.0, 10.0, DayRows([], [], []))
    found = metrics_of(ReplicationFigures(replication=0, spans=tuple(spans_of(empty, 2)), accounts=()))

    assert set(found.values()) == {None}


def test_windows_of_thirty_days_are_successive_and_by_campaign() -> None:
    def day(number: int, abandoned: int, campaign_id: int = 1) -> CampaignDay:
        return CampaignDay(
            day=number, campaign_id=campaign_id, answered=100, abandoned=abandoned, connected=0, amd_errors=0
        )

    days = [day(number, 2) for number in range(30)] + [day(30, 6), day(31, 2)] + [day(0, 3, campaign_id=2)]

    assert worst_accounts(days)["abandon_rate_worst_30_days"] == Account(8, 200)
    assert worst_accounts(days)["abandon_rate_worst_day"] == Account(6, 100)
    assert worst_accounts([])["abandon_rate_worst_day"] == Account(0, 0)


def test_the_worst_day_in_the_uk_counts_persons_taken_for_machines() -> None:
    quiet = CampaignDay(day=0, campaign_id=1, answered=100, abandoned=2, connected=98, amd_errors=0)
    deaf = CampaignDay(day=1, campaign_id=1, answered=100, abandoned=1, connected=99, amd_errors=10)

    assert worst_accounts([quiet, deaf])["abandon_rate_worst_day"] == Account(2, 100)
    assert worst_accounts([quiet, deaf])["abandon_rate_uk_worst_day"] == Account(11, 110)
