"""Every minute around both switches of the clocks, against offsets written down by hand.

The model knows nothing of time zone databases: it has the offset before, the offset after and the moment between, as
the authorities announced them for 2026, and counts minutes.
"""

from datetime import UTC, datetime
from typing import NamedTuple

import pytest

from campaigns.model import Campaign, CampaignStatus, Lead
from campaigns.rules.checks import GateRule, Seen
from campaigns.rules.gate import Gate
from campaigns.rules.window import local_time

DAY_MINUTES = 24 * 60
MONDAY_1970 = 3
"""1 January 1970 was a Thursday."""


class Switch(NamedTuple):
    zone: str
    at: str
    """UTC."""
    before_min: int
    after_min: int


SWITCHES = [
    Switch("America/New_York", "2026-03-08 07:00", -300, -240),
    Switch("America/New_York", "2026-11-01 06:00", -240, -300),
    Switch("America/Chicago", "2026-03-08 08:00", -360, -300),
    Switch("America/Chicago", "2026-11-01 07:00", -300, -360),
    Switch("America/Denver", "2026-03-08 09:00", -420, -360),
    Switch("America/Denver", "2026-11-01 08:00", -360, -420),
    Switch("America/Los_Angeles", "2026-03-08 10:00", -480, -420),
    Switch("America/Los_Angeles", "2026-11-01 09:00", -420, -480),
    Switch("America/Anchorage", "2026-03-08 11:00", -540, -480),
    Switch("America/Anchorage", "2026-11-01 10:00", -480, -540),
    Switch("America/Halifax", "2026-03-08 06:00", -240, -180),
    Switch("America/Halifax", "2026-11-01 05:00", -180, -240),
    Switch("America/St_Johns", "2026-03-08 05:30", -210, -150),
    Switch("America/St_Johns", "2026-11-01 04:30", -150, -210),
    Switch("Europe/London", "2026-03-29 01:00", 0, 60),
    Switch("Europe/London", "2026-10-25 01:00", 60, 0),
    Switch("Europe/Paris", "2026-03-29 01:00", 60, 120),
    Switch("Europe/Paris", "2026-10-25 01:00", 120, 60),
    Switch("Europe/Athens", "2026-03-29 01:00", 120, 180),
    Switch("Europe/Athens", "2026-10-25 01:00", 180, 120),
    Switch("Australia/Sydney", "2026-04-04 16:00", 660, 600),
    Switch("Australia/Sydney", "2026-10-03 16:00", 600, 660),
    Switch("Australia/Adelaide", "2026-04-04 16:30", 630, 570),
    Switch("Australia/Adelaide", "2026-10-03 16:30", 570, 630),
    Switch("Australia/Lord_Howe", "2026-04-04 15:00", 660, 630),
    Switch("Australia/Lord_Howe", "2026-10-03 15:30", 630, 660),
    Switch("Pacific/Auckland", "2026-04-04 14:00", 780, 720),
    Switch("Pacific/Auckland", "2026-09-26 14:00", 720, 780),
    # Places without daylight saving, on the days their neighbours switch.
    Switch("America/Phoenix", "2026-03-08 09:00", -420, -420),
    Switch("America/Phoenix", "2026-11-01 08:00", -420, -420),
    Switch("Pacific/Honolulu", "2026-03-08 12:00", -600, -600),
    Switch("Pacific/Honolulu", "2026-11-01 12:00", -600, -600),
    Switch("America/Regina", "2026-03-08 08:00", -360, -360),
    Switch("Asia/Kolkata", "2026-03-29 01:00", 330, 330),
    Switch("Asia/Shanghai", "2026-03-29 01:00", 480, 480),
    Switch("Australia/Brisbane", "2026-10-03 16:00", 600, 600),
]

Hours = dict[int, list[tuple[int, int]]]
ALL_WEEK: Hours = {day: [(8 * 60, 21 * 60)] for day in range(7)}


def minute_at(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()) // 60


def may_call(switch: Switch, minute: int, hours: Hours) -> bool:
    """The model: minutes since the epoch, an offset, a weekday, a comparison."""
    local = minute + (switch.after_min if minute >= minute_at(switch.at) else switch.before_min)
    weekday = (local // DAY_MINUTES + MONDAY_1970) % 7
    return any(first <= local % DAY_MINUTES < last for first, last in hours.get(weekday, []))


def every_minute_of_both_days(switch: Switch) -> range:
    at = minute_at(switch.at)
    return range(at - DAY_MINUTES, at + DAY_MINUTES)


def campaign(compliance: str) -> Campaign:
    return Campaign(
        campaign_id=1, name="spring", skill_group="sales", status=CampaignStatus.RUNNING, compliance=compliance
    )


def allowed(gate: Gate, lead: Lead, minute: int) -> bool:
    # The last second of the minute must be judged as the first is.
    verdicts = {
        all(refusal.rule is not GateRule.CALLING_WINDOW for refusal in gate.refusals(lead, at, Seen()))
        for at in (minute * 60.0, minute * 60.0 + 59.9)
    }
    (verdict,) = verdicts
    return verdict


@pytest.mark.parametrize("switch", SWITCHES, ids=lambda switch: f"{switch.zone} {switch.at}")
def test_every_minute_of_the_switch_days(switch: Switch) -> None:
    gate = Gate(campaign("general"))
    lead = Lead(lead_id=1, campaign_id=1, number="+12025550101", time_zone=switch.zone)
    for minute in every_minute_of_both_days(switch):
        assert allowed(gate, lead, minute) is may_call(switch, minute, ALL_WEEK), minute * 60


TEN_TO_SIX_AT_WEEKENDS: Hours = {day: [(9 * 60, 21 * 60)] for day in range(5)} | {day: [(600, 1080)] for day in (5, 6)}
TEXAS: Hours = {day: [(9 * 60, 21 * 60)] for day in range(6)} | {6: [(12 * 60, 21 * 60)]}
NO_SUNDAY: Hours = {day: [(8 * 60, 20 * 60)] for day in range(6)}
BRITAIN: Hours = {day: [(480, 1260)] for day in range(5)} | {day: [(540, 1200)] for day in (5, 6)}
FRANCE: Hours = {day: [(600, 780), (840, 1200)] for day in range(5)}

PLACES = [
    ("+12125550101", "New York", ["America/New_York"], ALL_WEEK),
    ("+16025550101", "Arizona has no daylight saving", ["America/Phoenix"], ALL_WEEK),
    ("+19285550101", "Navajo Nation has, the rest of Arizona has not", ["America/Phoenix", "America/Denver"], ALL_WEEK),
    ("+18085550101", "Hawaii", ["Pacific/Honolulu"], ALL_WEEK),
    ("+13175550101", "Indianapolis, which has had it since 2006", ["America/New_York"], ALL_WEEK),
    ("+12145550101", "Texas has hours of its own on Sunday", ["America/Chicago"], TEXAS),
    ("+19155550101", "El Paso", ["America/Denver", "America/Chicago"], TEXAS),
    ("+12055550101", "Alabama rests on Sunday", ["America/Chicago"], NO_SUNDAY),
    ("+17015550101", "North Dakota is split", ["America/Chicago", "America/Denver"], ALL_WEEK),
    ("+12085550101", "Idaho is split", ["America/Denver", "America/Los_Angeles"], ALL_WEEK),
    ("+442079460000", "London", ["Europe/London"], BRITAIN),
    ("+33142345678", "Paris has a midday break and no weekends", ["Europe/Paris"], FRANCE),
]


@pytest.mark.parametrize(("number", "zones", "hours"), [(n, z, h) for n, _, z, h in PLACES], ids=[p[1] for p in PLACES])
def test_every_minute_by_number_alone(number: str, zones: list[str], hours: Hours) -> None:
    gate = Gate(campaign("by-number"))
    lead = Lead(lead_id=1, campaign_id=1, number=number)
    known = [[one for one in SWITCHES if one.zone == zone] for zone in zones]
    for day in {one.at[:10] for switches in known for one in switches}:
        # In all zones at once: the intersection, also between the switches of two neighbours.
        today = [next(one for one in switches if one.at[:10] == day) for switches in known]
        for minute in every_minute_of_both_days(today[0]):
            expected = all(may_call(switch, minute, hours) for switch in today)
            assert allowed(gate, lead, minute) is expected, minute * 60


@pytest.mark.parametrize(
    ("when", "offset_h"),
    [("1990-07-01 12:00", -5), ("2005-07-01 12:00", -5), ("2006-07-01 12:00", -4), ("2026-07-01 12:00", -4)],
)
def test_indiana_took_daylight_saving_up_in_2006(when: str, offset_h: int) -> None:
    local = local_time("America/Indiana/Indianapolis", minute_at(when) * 60.0)
    offset = local.utcoffset()
    assert offset is not None
    assert offset.total_seconds() == offset_h * 3600
