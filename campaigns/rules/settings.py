"""Whether a campaign's settings are sound; every field that is not is named, with what would be right."""

from collections.abc import Collection, Iterator, Sequence

from campaigns.dispositions import Meaning
from campaigns.model import CallingWindow, Campaign, PacingSettings, RetryRule
from campaigns.rules.amd import amd_problems
from campaigns.rules.caller_ids import caller_id_problems
from campaigns.rules.compliance import Problem, compliance_problems, range_problems
from campaigns.rules.menus import menu_problems
from campaigns.rules.ruleset import ANSWER_LIMIT_S_MAX, RING_TIMEOUT_S_MIN
from campaigns.rules.window import find_zone, minute_of_day
from campaigns.skips import RAN_OUT

RING_TIMEOUT_S_MAX = 120.0
ABANDON_RATE_MAX = 0.05
"""The loosest cap of the regimes known here: Canada, per calendar month (CRTC Unsolicited Telecommunications Rules)."""
RATIO_MAX = 10.0
ACW_S_MAX = 3600.0
PREVIEW_S_MAX = 3600.0
ATTEMPTS_MAX = 100
RETRY_DELAY_S_MAX = 365 * 86400.0
PRIORITY_MAX = 1000
TEXT_LENGTH_MAX = 200
SCRIPT_LENGTH_MAX = 20_000
SCREEN_FIELDS_MAX = 50
LISTS_MAX = 100
LIST_WEIGHT_MAX = 1000.0
OPT_OUT_DIGITS = ("", *"0123456789*#")
DISPOSITIONS_MAX = 50
SKIP_REASONS_MAX = 50
WORD_LENGTH_MAX = 40
"""Of the name of a disposition, or of the reason of a skip."""


def problems(campaign: Campaign, policies: Collection[str]) -> tuple[Problem, ...]:
    """Everything that is wrong with the settings; empty means they are sound.

    Args:
        campaign: the settings.
        policies: names of the pacing policies there are.
    """
    return (
        *_text_problems(campaign),
        *_call_problems(campaign),
        *amd_problems(campaign),
        *menu_problems(campaign),
        *caller_id_problems(campaign),
        *_pacing_problems(campaign.pacing, policies),
        *_window_problems(campaign.calling_window),
        *_retry_problems(campaign),
        *_disposition_problems(campaign),
        *_skip_reason_problems(campaign),
        *_mix_problems(campaign),
        *_screen_problems(campaign),
        *compliance_problems(campaign),
    )


def _text_problems(campaign: Campaign) -> Iterator[Problem]:
    for field in ("name", "skill_group", "trunk_group", "message"):
        text = getattr(campaign, field)
        if not text.strip():
            yield Problem(field, "must not be empty")
        elif len(text) > TEXT_LENGTH_MAX:
            yield Problem(field, f"has {len(text)} characters, at most {TEXT_LENGTH_MAX} are allowed")
    if campaign.opt_out_digit not in OPT_OUT_DIGITS:
        yield Problem("opt_out_digit", f"{campaign.opt_out_digit!r} is not one key, 0 to 9, * or # (empty for none)")
    number = campaign.caller_id
    if number and not is_e164(number):
        yield Problem(
            "caller_id", f"{number!r} is not an E.164 number such as +12025550123 (empty means the trunk's own)"
        )


def is_e164(number: str) -> bool:
    """Say whether the text has the form of an E.164 number: a plus sign and 7 to 15 digits, the first not 0."""
    digits = number[1:]
    return (
        number.startswith("+") and 7 <= len(digits) <= 15 and digits.isascii() and digits.isdigit() and digits[0] != "0"
    )


def _call_problems(campaign: Campaign) -> Iterator[Problem]:
    reason = "people must be given 15 s to answer, 16 CFR 310.4(b)(4)(ii)"
    yield from range_problems("ring_timeout_s", campaign.ring_timeout_s, RING_TIMEOUT_S_MIN, RING_TIMEOUT_S_MAX, reason)
    reason = "after 2 s without an agent a call is abandoned, 16 CFR 310.4(b)(1)(iv)"
    yield from range_problems("answer_limit_s", campaign.answer_limit_s, 0.0, ANSWER_LIMIT_S_MAX, reason)
    yield from range_problems("acw_s_max", campaign.acw_s_max, 0.0, ACW_S_MAX)
    yield from range_problems("attempts_max", campaign.attempts_max, 1, ATTEMPTS_MAX)
    yield from range_problems("priority", campaign.priority, -PRIORITY_MAX, PRIORITY_MAX)
    if find_zone(campaign.time_zone) is None:
        yield Problem("time_zone", f"{campaign.time_zone!r} is not an IANA time zone such as America/New_York")


def _pacing_problems(pacing: PacingSettings, policies: Collection[str]) -> Iterator[Problem]:
    if pacing.policy not in policies:
        yield Problem("pacing.policy", f"there is no {pacing.policy!r}; choose one of: {', '.join(sorted(policies))}")
    if pacing.shadow and pacing.shadow not in policies:
        message = f"there is no {pacing.shadow!r}; leave it empty, or choose one of: {', '.join(sorted(policies))}"
        yield Problem("pacing.shadow", message)
    if not 0.0 < pacing.ratio <= RATIO_MAX:
        yield Problem("pacing.ratio", f"is {pacing.ratio:g}, must be above 0 and at most {RATIO_MAX:g}")
    if not 0.0 < pacing.abandon_rate_max <= ABANDON_RATE_MAX:
        message = f"is {pacing.abandon_rate_max:g}, must be above 0 and at most {ABANDON_RATE_MAX:g} (0.03 is 3 %)"
        yield Problem("pacing.abandon_rate_max", message)
    elif pacing.abandon_rate_target is not None and not 0.0 < pacing.abandon_rate_target <= pacing.abandon_rate_max:
        message = f"is {pacing.abandon_rate_target:g}, must be above 0 and at most abandon_rate_max"
        yield Problem("pacing.abandon_rate_target", f"{message} ({pacing.abandon_rate_max:g})")
    if pacing.dialing_ends and minute_of_day(pacing.dialing_ends) is None:
        yield Problem("pacing.dialing_ends", f"{pacing.dialing_ends!r} is not a time of day such as 17:00")
    if pacing.cancel_after_s is not None:
        reason = "people must be given 15 s to answer, 16 CFR 310.4(b)(4)(ii)"
        cancel_after_s = pacing.cancel_after_s
        yield from range_problems(
            "pacing.cancel_after_s", cancel_after_s, RING_TIMEOUT_S_MIN, RING_TIMEOUT_S_MAX, reason
        )
    yield from range_problems("pacing.late_cancels_max", pacing.late_cancels_max, 1, ATTEMPTS_MAX)
    yield from range_problems("pacing.preview_s", pacing.preview_s, 0.0, PREVIEW_S_MAX, "0 for no limit")
    if pacing.chooses_leads and not pacing.lead_scores:
        yield Problem("pacing.chooses_leads", "needs lead_scores, by which the leads are chosen")


def _window_problems(window: CallingWindow) -> Iterator[Problem]:
    start, end = minute_of_day(window.start), minute_of_day(window.end)
    for field, minute, text in (("start", start, window.start), ("end", end, window.end)):
        if minute is None:
            yield Problem(f"calling_window.{field}", f"{text!r} is not a time of day such as 08:00")
    if start is not None and end is not None and start >= end:
        message = f"{window.end} is not after start {window.start}; a window lies within one day"
        yield Problem("calling_window.end", message)
    if not window.days:
        yield Problem("calling_window.days", "names no day, so nobody would ever be called; 0 is Monday, 6 is Sunday")
    elif not all(0 <= day <= 6 for day in window.days) or len(set(window.days)) != len(window.days):
        yield Problem("calling_window.days", "must be different numbers from 0 (Monday) to 6 (Sunday)")


def _retry_problems(campaign: Campaign) -> Iterator[Problem]:
    for outcome, rule in campaign.retry_rules.items():
        yield from _retry_rule_problems(f"retry_rules.{outcome}", rule)


def _retry_rule_problems(field: str, rule: RetryRule) -> Iterator[Problem]:
    yield from range_problems(f"{field}.delay_s", rule.delay_s, 0.0, RETRY_DELAY_S_MAX)
    yield from range_problems(f"{field}.attempts_max", rule.attempts_max, 1, ATTEMPTS_MAX)
    for kind, limits in rule.by_kind.items():
        yield from range_problems(f"{field}.by_kind.{kind}.delay_s", limits.delay_s, 0.0, RETRY_DELAY_S_MAX)
        yield from range_problems(f"{field}.by_kind.{kind}.attempts_max", limits.attempts_max, 1, ATTEMPTS_MAX)
    for index, span in enumerate(rule.best_hours):
        start, _, end = span.partition("-")
        first, last = minute_of_day(start), minute_of_day(end)
        if first is None or last is None or first >= last:
            yield Problem(f"{field}.best_hours[{index}]", f"{span!r} is not a span within a day such as 17:00-20:00")


def _screen_problems(campaign: Campaign) -> Iterator[Problem]:
    if len(campaign.script) > SCRIPT_LENGTH_MAX:
        yield Problem("script", f"has {len(campaign.script)} characters, at most {SCRIPT_LENGTH_MAX} are allowed")
    fields = campaign.screen_fields
    if len(fields) > SCREEN_FIELDS_MAX:
        yield Problem("screen_fields", f"are {len(fields)}, at most {SCREEN_FIELDS_MAX} are allowed")
    for index, name in enumerate(fields):
        if not name.strip() or len(name) > TEXT_LENGTH_MAX or name in fields[:index]:
            yield Problem(f"screen_fields[{index}]", f"{name[:40]!r} is empty, too long or there twice")


def _mix_problems(campaign: Campaign) -> Iterator[Problem]:
    if len(campaign.list_weights) > LISTS_MAX:
        yield Problem("list_weights", f"names {len(campaign.list_weights)} lists, at most {LISTS_MAX} are allowed")
        return
    for name, weight in campaign.list_weights.items():
        # A weight so small that it would never come to its turn is a mistake for 0.
        if weight != 0:
            yield from range_problems(f"list_weights.{name}", weight, 1 / LIST_WEIGHT_MAX, LIST_WEIGHT_MAX, "or 0")


def _disposition_problems(campaign: Campaign) -> Iterator[Problem]:
    found = campaign.dispositions
    if len(found) > DISPOSITIONS_MAX:
        yield Problem("dispositions", f"are {len(found)}, at most {DISPOSITIONS_MAX} are allowed")
        return
    yield from _word_problems("dispositions", [(one.name, one.label) for one in found])
    if all(one.meaning is not Meaning.DO_NOT_CALL for one in found):
        message = "none means do_not_call, so agents could not record it when a person asks not to be called"
        yield Problem("dispositions", f"{message} (47 CFR 64.1200(d), 16 CFR 310.4(b)(1)(iii)(A))")


def _skip_reason_problems(campaign: Campaign) -> Iterator[Problem]:
    found = campaign.skip_reasons
    if len(found) > SKIP_REASONS_MAX:
        yield Problem("skip_reasons", f"are {len(found)}, at most {SKIP_REASONS_MAX} are allowed")
        return
    yield from _word_problems("skip_reasons", [(one.name, one.label) for one in found])
    for index, one in enumerate(found):
        if one.name == RAN_OUT:
            message = f"{RAN_OUT!r} is what is written where a lead was looked at for too long; take another word"
            yield Problem(f"skip_reasons[{index}].name", message)


def _word_problems(of: str, words: Sequence[tuple[str, str]]) -> Iterator[Problem]:
    """What is wrong with a list of words that agents choose from: names with their labels."""
    names = [name for name, _ in words]
    for index, (name, label) in enumerate(words):
        field = f"{of}[{index}]"
        plain = name.replace("_", "").replace("-", "")
        if not (plain.isascii() and plain.isalnum()) or len(name) > WORD_LENGTH_MAX:
            message = f"{name!r} is not 1 to {WORD_LENGTH_MAX} letters, digits, '_' and '-'"
            yield Problem(f"{field}.name", message)
        elif name in names[:index]:
            yield Problem(f"{field}.name", f"{name!r} is there twice")
        if len(label) > TEXT_LENGTH_MAX:
            yield Problem(f"{field}.label", f"has {len(label)} characters, at most {TEXT_LENGTH_MAX} are allowed")
