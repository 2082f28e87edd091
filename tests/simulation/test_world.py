"""Days in the simulated world: determinism, common customers, and what every day's rows must add up to."""

import gc
from collections import Counter
from itertools import pairwise

import pytest
from msgspec.structs import replace

from campaigns.menus import Menu, MenuAction, MenuChoice
from campaigns.model import Outcome
from dialer.model import AgentState
from simulation.scenario.library import find_scenario, scenario_names
from simulation.scenario.model import Scenario
from simulation.scenario.overrides import override, override_all
from simulation.world import DayRecord, World, collecting_seldom


def small(name: str, policy: str = "ratio", hours: float = 1.0, **settings: object) -> Scenario:
    scenario = find_scenario(name)
    changes = [("day.hours", hours), ("day.warmup_s", 0.0)]
    changes += [(f"campaigns.{number}.pacing.policy", policy) for number in range(len(scenario.campaigns))]
    changes += [(path.replace("__", "."), value) for path, value in settings.items()]
    return override_all(scenario, changes)


def one_day(scenario, seed: int = 1) -> DayRecord:
    (record,) = World(scenario, seed, keeps_decisions=True).days()
    return record


def test_the_same_seed_gives_the_same_rows_and_another_seed_others() -> None:
    scenario = small("base-5")

    assert one_day(scenario, 1) == one_day(scenario, 1)
    assert one_day(scenario, 1).rows.attempts != one_day(scenario, 2).rows.attempts


def test_policies_meet_the_same_customers() -> None:
    def people(policy: str) -> dict[str, tuple[bool | None, float | None]]:
        rows = one_day(small("base-5", policy)).rows.attempts
        return {row.number: (row.is_person, row.answer_probability) for row in rows}

    slow, fast = people("progressive"), people("vicidial-ratio")

    assert len(fast) > len(slow) > 100
    assert all(fast[number] == fate for number, fate in slow.items() if number in fast)


def test_a_shadow_is_recorded_and_changes_nothing() -> None:
    alone = one_day(small("base-5", hours=0.25)).rows
    shadowed = one_day(small("base-5", hours=0.25, campaigns__0__pacing__shadow="progressive")).rows

    assert shadowed.attempts == alone.attempts
    assert {row.shadow_calls for row in alone.decisions} == {None}
    assert any(row.shadow_calls is not None and row.shadow_calls < row.calls for row in shadowed.decisions)


@pytest.mark.parametrize("name", [name for name in scenario_names() if name not in {"erlang", "memoryless"}])
def test_every_scenario_of_the_library_ends_with_nobody_on_the_line(name: str) -> None:
    world = World(small(name), 1)
    (record,) = world.days()

    assert not world.gateway.calls
    assert world.desk.present == 0
    assert not world.engine._state.calls
    assert not world.gateway.fates
    counts = Counter(row.outcome for row in record.rows.attempts)
    assert counts[Outcome.CONNECTED] > 0
    assert len({row.attempt_id for row in record.rows.attempts}) == counts.total()


def test_agents_intervals_follow_on_each_other_and_conversations_match_attempts() -> None:
    rows = one_day(small("log-off", hours=4.0)).rows
    by_agent: dict[str, list] = {}
    for row in sorted(rows.intervals, key=lambda one: one.started_at):
        by_agent.setdefault(row.agent_id, []).append(row)
    for intervals in by_agent.values():
        for before, after in pairwise(intervals):
            assert before.ended_at <= after.started_at + 1e-6
    talks = sum(row.state == AgentState.TALKING for row in rows.intervals)
    connected = sum(row.outcome == Outcome.CONNECTED for row in rows.attempts)
    assert talks == pytest.approx(connected, abs=1)


def test_half_the_agents_log_off_at_eleven_and_come_back_at_noon() -> None:
    rows = one_day(small("log-off", hours=4.0)).rows

    def at_work(hours: float) -> int:
        at = 1_772_409_600.0 + hours * 3600.0
        return len({row.agent_id for row in rows.intervals if row.started_at <= at < row.ended_at})

    assert at_work(10.9) >= 35
    assert at_work(11.5) == pytest.approx(20, abs=1)
    assert at_work(12.4) >= 35


def test_a_finite_list_is_exhausted_and_every_attempt_has_its_number() -> None:
    scenario = small(
        "two-campaigns", hours=2.0, campaigns__0__leads=300, campaigns__1__endless=False, campaigns__1__leads=200
    )
    rows = one_day(scenario).rows.attempts

    assert Counter(row.campaign_id for row in rows) == {1: 300, 2: 200}
    assert {row.attempt_number for row in rows} == {1}


def test_leads_are_tried_again_by_the_retry_rules() -> None:
    scenario = small("real-list", hours=3.0, campaigns__0__leads=300)
    scenario = override(scenario, "campaigns.0.retry_rules", {"no_answer": {"delay_s": 600.0, "attempts_max": 3}})
    rows = one_day(scenario).rows.attempts
    attempts = Counter(row.lead_id for row in rows)

    assert max(attempts.values()) == 3
    again = [row for row in rows if row.attempt_number == 2]
    first = {row.lead_id: row for row in rows if row.attempt_number == 1}
    assert all(row.placed_at >= first[row.lead_id].ended_at + 600.0 for row in again)


def test_amd_keeps_machines_from_agents_and_its_errors_are_seen() -> None:
    rows = one_day(small("real-list", hours=3.0)).rows.attempts
    machines = [row for row in rows if row.outcome == Outcome.MACHINE]

    assert sum(row.is_machine for row in machines) / len(machines) > 0.8
    assert any(row.is_person for row in machines)
    connected = [row for row in rows if row.outcome == Outcome.CONNECTED]
    assert 0.0 < sum(row.is_machine for row in connected) / len(connected) < 0.3


def test_the_carrier_fails_while_it_is_out() -> None:
    scenario = small("slow-carrier", hours=7.0)
    rows = one_day(scenario).rows.attempts
    start = 1_772_409_600.0 + 15 * 3600.0
    during = [row for row in rows if start + 1.0 <= row.placed_at < start + 599.0]

    assert during
    assert {row.outcome for row in during} == {Outcome.CONGESTION}


def test_nobody_is_left_on_the_line_at_the_end_of_the_day() -> None:
    record = one_day(small("base-20", "progressive"))
    late = [row for row in record.rows.attempts if row.placed_at > record.measured_to]
    ringing = [row for row in record.rows.attempts if row.placed_at > record.measured_to - 14.0]

    assert not late
    assert ringing
    assert not any(row.outcome == Outcome.ABANDONED for row in ringing)


def test_days_follow_on_each_other_with_people_nobody_has_called() -> None:
    records = list(World(small("base-5", hours=0.5, day__days=3), 1).days())

    assert [record.day for record in records] == [0, 1, 2]
    numbers = [{row.number for row in record.rows.attempts} for record in records]
    assert not numbers[0] & numbers[1]
    assert not numbers[1] & numbers[2]
    assert records[2].measured_from - records[0].measured_from == 2 * 86_400.0


def test_a_change_of_the_answer_rate_happens_at_its_time_every_day() -> None:
    records = list(World(small("noon", hours=4.0, day__days=2), 1).days())
    for record in records:
        noon = record.measured_from + 3 * 3600.0
        chances = {(row.placed_at >= noon, row.answer_probability) for row in record.rows.attempts}
        assert chances == {(False, 0.40), (True, 0.12)}


def test_impatient_people_are_lost_and_not_abandoned() -> None:
    scenario = small(
        "base-5", "vicidial-ratio", pacing__ratio=3.0, customers__patience={"kind": "deterministic", "value_s": 1.0}
    )
    counts = Counter(row.outcome for row in one_day(scenario).rows.attempts)

    assert counts[Outcome.LOST] > 0
    assert counts[Outcome.ABANDONED] == 0


def test_late_cancelling_is_off_unless_a_campaign_says_so_and_never_before_the_legal_minimum() -> None:
    def given_up(**settings: object) -> list:
        rows = one_day(small("base-5", "predictive", 2.0, **settings)).rows.attempts
        return [row for row in rows if row.outcome == Outcome.CANCELLED]

    assert given_up() == []
    late = given_up(pacing__cancel_after_s=15.0)
    assert len(late) > 10
    assert all(row.ended_at - row.ringing_at >= 15.0 for row in late)


def test_lead_scores_are_learned_and_may_choose_the_next_lead() -> None:
    def day(**settings: object) -> tuple[bool, bool]:
        spread = {"customers__answer_concentration": 3.0, "customers__answer_classes": 5}
        world = World(small("base-20", "predictive", 0.7, **spread, **settings), 1)
        (record,) = world.days()
        dialed = [row.number for row in sorted(record.rows.attempts, key=lambda row: (row.placed_at, row.number))]
        (view,) = world.engine.statistics(world.env.now).campaigns
        return view.are_scores_used, dialed == sorted(dialed)

    assert day() == (False, True)
    assert day(pacing__lead_scores=True) == (True, True)
    assert day(pacing__lead_scores=True, pacing__chooses_leads=True) == (True, False)


def test_the_day_leaves_the_collector_as_it_was() -> None:
    found = gc.get_threshold()
    usual = (700, 10, 10)
    gc.set_threshold(*usual)
    try:
        with collecting_seldom():
            assert gc.get_threshold()[0] > usual[0]
        assert gc.get_threshold() == usual
    finally:
        gc.set_threshold(*found)


def test_people_press_keys_in_a_menu_and_only_those_who_ask_are_given_to_agents() -> None:
    plain = small("base-5", "predictive", hours=0.5)
    keys = {"1": MenuChoice(action=MenuAction.AGENT), "2": MenuChoice(action=MenuAction.HANG_UP)}
    (campaign,) = plain.campaigns
    people = replace(campaign.customers, keys={"1": 0.4, "2": 0.2, "9": 0.1})
    scenario = replace(plain, campaigns=(replace(campaign, menu=Menu(prompt="offer", keys=keys), customers=people),))
    rows = one_day(scenario).rows.attempts
    outcomes = Counter(row.outcome for row in rows)
    assert outcomes[Outcome.CONNECTED] > 20
    assert outcomes[Outcome.MENU_ENDED] > outcomes[Outcome.CONNECTED]
    asked = outcomes[Outcome.CONNECTED] + outcomes[Outcome.ABANDONED]
    assert 0.25 < asked / (asked + outcomes[Outcome.MENU_ENDED]) < 0.55
    assert outcomes[Outcome.ABANDONED] / asked < 0.1
    assert {"pressed 9: do not call", "menu: pressed 2", "menu: no key was pressed"} <= {row.cause for row in rows}
