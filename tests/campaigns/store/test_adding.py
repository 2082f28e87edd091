from hypothesis import given
from hypothesis import strategies as st

from campaigns.imports import AddRules, OnDuplicate
from campaigns.model import Lead, LeadNumber, NewLead, PhoneKind
from campaigns.store import adding

NUMBERS = [f"+1202555010{index}" for index in range(6)]


def with_numbers(numbers: list[tuple[str, int]]) -> NewLead:
    several = [LeadNumber(number=number, priority=priority) for number, priority in numbers]
    return adding.with_numbers(NewLead(number=""), several)


leads = st.lists(
    st.tuples(st.sampled_from(NUMBERS), st.integers(0, 3)), min_size=1, max_size=3, unique_by=lambda one: one[0]
).map(with_numbers)


@given(
    st.lists(leads, max_size=8),
    st.sampled_from(OnDuplicate),
    st.sets(st.sampled_from(NUMBERS)),
    st.dictionaries(st.sampled_from(NUMBERS), st.integers(1, 9)),
)
def test_every_lead_is_new_or_a_duplicate_or_blocked(
    handed_in: list[NewLead], duplicates: OnDuplicate, blocked: set[str], known: dict[str, int]
) -> None:
    found = adding.sort_out(handed_in, AddRules(duplicates=duplicates), blocked, known)
    report = found.report()
    assert report.handed_in == len(handed_in)
    assert not set(report.duplicates_at) & set(report.blocked_at)
    stored = [number for lead in found.new for number in adding.numbers_of(lead)]
    assert not set(stored) & blocked
    assert len(set(stored)) == len(stored) or duplicates is OnDuplicate.UPDATE
    assert report.updated == (report.duplicates if duplicates is OnDuplicate.UPDATE else 0)
    for lead in found.new:
        numbers = adding.numbers_of(lead)
        assert lead.number == numbers[0]
        assert [one.priority for one in lead.numbers] == sorted((one.priority for one in lead.numbers), reverse=True)


def test_a_known_number_is_updated_before_a_row_above() -> None:
    rules = AddRules(duplicates=OnDuplicate.UPDATE)
    handed_in = [with_numbers([(NUMBERS[0], 0)]), with_numbers([(NUMBERS[0], 0), (NUMBERS[1], 0)])]
    found = adding.sort_out(handed_in, rules, set(), {NUMBERS[1]: 7})
    assert (len(found.new), list(found.updates), found.updated) == (1, [7], 1)


def test_blocked_numbers_leave_the_others() -> None:
    lead = with_numbers([(NUMBERS[0], 2), (NUMBERS[1], 1)])
    assert adding.without_blocked(lead, set()) is lead
    left = adding.without_blocked(lead, {NUMBERS[0]})
    assert left is not None
    assert (left.number, left.numbers) == (NUMBERS[1], ())
    assert adding.without_blocked(lead, set(NUMBERS)) is None


def test_what_is_not_stated_stays() -> None:
    lead = Lead(lead_id=1, campaign_id=1, number=NUMBERS[0], name="Ann", phone_kind=PhoneKind.HOME)
    after = adding.updated(lead, NewLead(number=NUMBERS[0], language="en"))
    assert (after.name, after.language, after.phone_kind, after.numbers) == ("Ann", "en", PhoneKind.HOME, ())
    merged = adding.merged(NewLead(number=NUMBERS[0]), NewLead(number=NUMBERS[0], phone_kind=PhoneKind.MOBILE))
    assert merged.phone_kind is PhoneKind.MOBILE


def test_the_next_number_follows_a_blocked_one() -> None:
    numbers = tuple(LeadNumber(number=number, kind=PhoneKind.WORK) for number in NUMBERS[:3])
    lead = Lead(lead_id=1, campaign_id=1, number=NUMBERS[1], numbers=numbers)
    rest = adding.rest_of_numbers(lead, {NUMBERS[1]})
    assert rest is not None
    assert (rest.number, rest.phone_kind) == (NUMBERS[0], PhoneKind.WORK)
    assert adding.rest_of_numbers(lead, set(NUMBERS)) is None
