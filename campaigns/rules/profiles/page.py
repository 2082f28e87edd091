"""The page `docs/reference/compliance.md`, drawn from the profiles: what is written there is what is enforced."""

from collections.abc import Iterable

from campaigns.rules.profiles.profile import (
    Abandon,
    CallerId,
    Cap,
    Consent,
    Holidays,
    Hours,
    Limit,
    NationalList,
    Profile,
    Quiet,
    Retention,
    Rule,
)
from campaigns.rules.profiles.reading import profiles

DAY_NAMES = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")

HEAD = """# Compliance profiles

Engineering data, not legal advice. A profile only forbids; the profiles of the called number's country, of every
state the person may be in, and the one a campaign names hold together. `campaign.compliance` names one of them, or
`by-number` for those of each called number; `general` is none: the campaign's own hours and caps, a ring of 15 s at
least and an answer limit of 2 s at most hold in any case.

How well each rule is known: **read** in the source named, **secondary** from a report of it, **memory** unverified:
check it before you rely on it, **disputed** sources conflict and the stricter reading is taken, **caution** no law is
known. Print this page with `dialer campaign profiles`.

Every call is put before the gate three times: when its lead is reserved, when it is dialed, and in the transaction
that writes its attempt, without which no call is placed. `dialer campaign why 4711-2` shows what each rule saw of
that attempt. Hours are local wall-clock time in every zone the number, the postal code and the stated zone allow; a
day on which the clocks change is an hour longer or shorter.
"""


def compliance_page() -> str:
    """The whole page."""
    return "\n".join([HEAD, *(_section(profile) for profile in profiles().values())]).rstrip() + "\n"


def _section(profile: Profile) -> str:
    holds = [f"numbers of {', '.join(profile.countries)}"] if profile.countries else []
    holds += [f"people who may be in {', '.join(profile.regions)}"] if profile.regions else []
    where = f"Holds for {' and '.join(holds)}." if holds else "Holds only for campaigns that name it."
    beside = f" Beside `{profile.includes}`." if profile.includes else ""
    lines = [f"## {profile.title} (`{profile.profile_id}`)", "", f"{where}{beside} Reviewed {profile.reviewed_on}.", ""]
    rules = profile.rules()
    if rules:
        lines += ["| rule | says | known | source |", "|---|---|---|---|"]
        lines += [_row(field, rule) for field, rule in rules]
        lines.append("")
    return "\n".join(lines)


def _row(field: str, rule: Rule) -> str:
    says = _says(rule) + (f"; from {rule.effective_from}" if rule.effective_from else "")
    note = f" ({rule.note})" if rule.note else ""
    return f"| {field.replace('_', ' ')} | {says}{note} | {rule.standing} | {rule.source} |"


def _says(rule: Rule) -> str:
    match rule:
        case Hours():
            return f"{_days(rule.days)} {' and '.join(rule.spans)}"
        case Holidays():
            region = "-".join(part for part in (rule.country, rule.subdivision) if part)
            return f"none on public holidays of {region}"
        case Cap():
            return f"at most {rule.attempts_max} attempts in {rule.within} per {rule.scope}"
        case Quiet():
            length = f"{rule.days} days" if rule.days else f"{rule.hours:g} h"
            return f"{length} of quiet after {', '.join((*rule.after, *rule.after_dispositions))}"
        case Abandon():
            return f"at most {100 * rule.rate_max:g} % over {rule.window}, counted as {rule.counting}"
        case Limit():
            return f"{rule.seconds:g} s"
        case NationalList():
            return f"sales calls need `{rule.list}`, at most {rule.age_days_max} days old"
        case Consent():
            return f"needed for {rule.needed_for}" + (", in writing" if rule.is_written else "")
        case CallerId():
            return f"begins with {' or '.join(rule.prefixes)}" if rule.prefixes else "is shown"
        case Retention():
            return f"records are kept {rule.days} days"
        case _:
            return "required"


def _days(days: Iterable[int]) -> str:
    found = sorted(days)
    if found == list(range(7)):
        return "every day"
    if len(found) > 1 and found == list(range(found[0], found[-1] + 1)):
        return f"{DAY_NAMES[found[0]]}-{DAY_NAMES[found[-1]]}"
    return ",".join(DAY_NAMES[day] for day in found)
