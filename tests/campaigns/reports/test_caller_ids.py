import numpy as np
import pytest

from campaigns.caller_ids import UNUSED, CallerId, CallerIdPool
from campaigns.model import Outcome
from campaigns.reports.caller_ids import caller_ids, chance_of_so_few
from campaigns.reports.model import Key, ReportFilter, Tally
from campaigns.rules.caller_ids import shown
from campaigns.store.memory import MemoryStore
from campaigns.store.memory_reports import MemoryReports

NOW = 1000 * 86400.0
RECENT = NOW - 7 * 86400.0


class Calls(MemoryReports):
    """Numbers with calls before and lately, (placed, answered) each."""

    def __init__(self, calls: dict[str, tuple[tuple[int, int], tuple[int, int]]]) -> None:
        super().__init__(MemoryStore())
        self.calls = calls

    def tally(self, wanted: ReportFilter, keys: object = ()) -> tuple[Tally, ...]:
        assert keys == (Key.CALLER_ID,)
        is_recent = wanted.since == RECENT
        assert is_recent or wanted.until == RECENT
        return tuple(
            Tally(
                campaign_id=1, keys=(number,), outcome=outcome, attempts=count, not_placed=0, talk_s=0.0, wait_s=0.0
            )
            for number, both in self.calls.items()
            for placed, answered in [both[is_recent]]
            for outcome, count in [(Outcome.CONNECTED, answered), (Outcome.NO_ANSWER, placed - answered)]
            if count
        )  # fmt: skip


def flags(calls: dict[str, tuple[tuple[int, int], tuple[int, int]]]) -> dict[str, str]:
    rows = caller_ids(Calls(calls), ReportFilter(campaign_ids=(1,)), RECENT)
    return {row.caller_id: row.flag for row in rows}


def test_a_number_that_is_answered_half_as_often_is_flagged_and_the_others_are_not() -> None:
    well = ((2000, 600), (500, 150))
    assert flags({"+1": well, "+2": well, "+3": ((2000, 600), (500, 75))}) == {
        "+1": "", "+2": "", "+3": "fallen; below the others",
    }  # fmt: skip


def test_a_poor_list_is_told_from_a_poor_number() -> None:
    fell = ((2000, 600), (500, 75))
    assert flags({"+1": fell, "+2": fell}) == {"+1": "fallen", "+2": "fallen"}


def test_a_new_number_is_judged_by_the_others_and_a_few_calls_by_nothing() -> None:
    assert flags({"+1": ((0, 0), (500, 150)), "+2": ((0, 0), (500, 60)), "+3": ((100, 30), (8, 0))}) == {
        "+1": "", "+2": "below the others", "+3": "",
    }  # fmt: skip


def test_what_caps_count_now_stands_beside_registered_numbers() -> None:
    pool = CallerIdPool(rest_after_calls=3, rest_s=900.0)
    use = UNUSED
    for at in (NOW - 5 * 86400.0, NOW - 7200.0, NOW - 60.0):
        use = shown(use, pool, at)
    calls = {"+1": ((0, 0), (3, 1)), "+2": ((0, 0), (5, 1))}
    registered = [CallerId(number="+1", use=use), CallerId(number="+3", use=use)]
    rows = caller_ids(Calls(calls), ReportFilter(campaign_ids=(1,)), RECENT, registered, NOW)
    assert {row.caller_id: (row.hour_calls, row.day_calls, row.week_calls, row.rests_until_at) for row in rows} == {
        "+1": (1, 2, 3, None),
        "+2": (None, None, None, None),
    }
    resting = [CallerId(number="+1", use=shown(use, CallerIdPool(rest_after_calls=1, rest_s=900.0), NOW))]
    rows = caller_ids(Calls(calls), ReportFilter(campaign_ids=(1,)), RECENT, resting, NOW)
    assert {row.rests_until_at for row in rows if row.caller_id == "+1"} == {NOW + 900.0}


def test_the_chance_is_fishers() -> None:
    # Fisher's tasting of tea: all four cups right has the chance 1 / 70; here as none of four.
    assert chance_of_so_few((4, 0), (4, 4)) == pytest.approx(1 / 70)
    assert chance_of_so_few((0, 0), (4, 4)) is None
    assert chance_of_so_few((4, 4), (0, 0)) is None


def test_numbers_that_are_all_well_are_seldom_flagged() -> None:
    random = np.random.default_rng(11)
    flagged = 0
    for _ in range(200):
        calls = {}
        for place in range(5):
            before, lately = random.binomial(800, 0.2), random.binomial(300, 0.2)
            calls[f"+{place}"] = ((800, int(before)), (300, int(lately)))
        flagged += any(flags(calls).values())
    # Two questions at 1 % each: four expected; more than 14 has a chance below one in ten thousand.
    assert flagged <= 14
