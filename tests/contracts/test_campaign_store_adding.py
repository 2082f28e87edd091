"""How every campaign store takes leads in: lists, several numbers, duplicates by rule, blocked numbers."""

from datetime import UTC, datetime

import pytest
from msgspec.structs import replace

from campaigns.consents import Consent, ConsentKind
from campaigns.imports import AddRules, DuplicateScope, ImportStatus, LeadImport, OnDuplicate
from campaigns.model import (
    Attempt,
    CallingWindow,
    Campaign,
    CampaignStatus,
    Lead,
    LeadNumber,
    LeadStatus,
    NewLead,
    PhoneKind,
    attempt_id,
)
from campaigns.ports import CampaignStore, ImportFilter, LeadList, LeadsAdded, Page
from campaigns.service.errors import (
    CampaignNotFoundError,
    ImportMovedError,
    ImportNotFoundError,
    LeadNotFoundError,
)

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC).timestamp()
SPRING = Campaign(
    campaign_id=0,
    name="spring",
    skill_group="sales",
    status=CampaignStatus.RUNNING,
    calling_window=CallingWindow(start="00:00", end="24:00"),
)
MOBILE, HOME, WORK = "+12025550101", "+12025550102", "+12025550103"
ANN = NewLead(
    number=MOBILE,
    name="Ann",
    phone_kind=PhoneKind.MOBILE,
    numbers=(
        LeadNumber(number=MOBILE, kind=PhoneKind.MOBILE, priority=2),
        LeadNumber(number=HOME, kind=PhoneKind.HOME, priority=1),
        LeadNumber(number=WORK, kind=PhoneKind.WORK),
    ),
    postal_code="20001",
    language="en-US",
    consent=Consent(kind=ConsentKind.EXPRESS_WRITTEN, at=NOON, source="form"),
    attributes={"city": "Washington"},
)


def reserve(store: CampaignStore, campaign: Campaign, count: int = 10) -> list[Lead]:
    return list(store.reserve_leads(campaign.campaign_id, count, NOON, 600.0, "engine-1"))


def leads_open(store: CampaignStore) -> int:
    return store.tasks(NOON)[0].leads_open


def test_a_lead_of_several_numbers_comes_back_with_all_it_states(store: CampaignStore) -> None:
    campaign = store.create_campaign(SPRING)
    list_id = store.open_list(campaign.campaign_id, "March")
    store.add_leads(campaign.campaign_id, [ANN], AddRules(list_id=list_id))
    (lead,) = reserve(store, campaign)
    assert (lead.number, lead.phone_kind, lead.numbers, lead.list_id) == (
        MOBILE,
        PhoneKind.MOBILE,
        ANN.numbers,
        list_id,
    )
    assert (lead.postal_code, lead.language, lead.consent) == ("20001", "en-US", ANN.consent)
    assert store.lead(lead.lead_id) == lead


def test_lists_have_names_and_ids(store: CampaignStore) -> None:
    first, second = store.create_campaign(SPRING), store.create_campaign(SPRING)
    march = store.open_list(first.campaign_id, "March")
    assert store.open_list(first.campaign_id, "March") == march
    april = store.open_list(first.campaign_id, "April")
    elsewhere = store.open_list(second.campaign_id, "March")
    assert len({march, april, elsewhere, 0}) == 4
    assert list(store.lists(first.campaign_id)) == [
        LeadList(list_id=march, campaign_id=first.campaign_id, name="March"),
        LeadList(list_id=april, campaign_id=first.campaign_id, name="April"),
    ]
    for use in (lambda: store.open_list(99, "March"), lambda: store.lists(99)):
        with pytest.raises(CampaignNotFoundError):
            use()


def test_leads_of_all_lists_are_dialed_in_one_order(store: CampaignStore) -> None:
    campaign = store.create_campaign(SPRING)
    lists = [store.open_list(campaign.campaign_id, name) for name in ("one", "two")]
    for index in range(6):
        new = NewLead(number=f"+1202555010{index}", priority=index // 4)
        store.add_leads(campaign.campaign_id, [new], AddRules(list_id=lists[index % 2]))
    assert [lead.number[-1] for lead in reserve(store, campaign)] == ["4", "5", "0", "1", "2", "3"]


@pytest.mark.parametrize("number", [MOBILE, HOME, WORK])
def test_a_duplicate_is_known_by_any_of_its_numbers(store: CampaignStore, number: str) -> None:
    campaign = store.create_campaign(SPRING)
    store.add_leads(campaign.campaign_id, [ANN])
    added = store.add_leads(campaign.campaign_id, [NewLead(number="+12025550199"), NewLead(number=number)])
    assert (added.accepted, added.duplicates_at) == (1, (1,))
    assert store.add_leads(campaign.campaign_id, [ANN]).duplicates == 1


@pytest.mark.parametrize(
    ("scope", "accepted"),
    [
        (DuplicateScope.FILE, {"same import": 0, "same list": 1, "other list": 1, "other campaign": 1}),
        (DuplicateScope.LIST, {"same import": 0, "same list": 0, "other list": 1, "other campaign": 1}),
        (DuplicateScope.CAMPAIGN, {"same import": 0, "same list": 0, "other list": 0, "other campaign": 1}),
        (DuplicateScope.TENANT, {"same import": 0, "same list": 0, "other list": 0, "other campaign": 0}),
    ],
)
def test_the_scope_says_where_a_number_may_stand_once(
    store: CampaignStore, scope: DuplicateScope, accepted: dict[str, int]
) -> None:
    first, second = store.create_campaign(SPRING), store.create_campaign(SPRING)
    march, april = (store.open_list(first.campaign_id, name) for name in ("March", "April"))
    store.add_leads(first.campaign_id, [NewLead(number=MOBILE)], AddRules(list_id=march, import_id=1))

    def again(campaign: Campaign, list_id: int, import_id: int) -> int:
        rules = AddRules(list_id=list_id, import_id=import_id, scope=scope)
        twice = [NewLead(number=MOBILE), NewLead(number=MOBILE)]
        return store.add_leads(campaign.campaign_id, twice, rules).accepted

    found = {"same import": again(first, march, 1)}
    found["other campaign"] = again(second, 0, 2)
    found["other list"] = again(first, april, 3)
    found["same list"] = again(first, march, 4)
    assert found == accepted


def test_an_update_takes_over_what_is_stated_and_keeps_the_rest(store: CampaignStore) -> None:
    campaign = store.create_campaign(SPRING)
    store.add_leads(campaign.campaign_id, [ANN, NewLead(number="+12025550199")])
    new = NewLead(
        number=HOME, name="Ann Smith", priority=5, attributes={"age": "33"}, time_zone="America/New_York", language="es"
    )
    later = NewLead(number=HOME, external_id="crm-9")
    rules = AddRules(duplicates=OnDuplicate.UPDATE)
    added = store.add_leads(campaign.campaign_id, [new, later], rules)
    assert added == LeadsAdded(accepted=0, duplicates=2, updated=2, blocked=0, duplicates_at=(0, 1))
    first, other = reserve(store, campaign)
    assert (first.number, first.name, first.priority, first.time_zone) == (MOBILE, "Ann Smith", 5, "America/New_York")
    assert (first.language, first.postal_code, first.external_id) == ("es", "20001", "crm-9")
    assert first.attributes == {"city": "Washington", "age": "33"}
    assert {one.number for one in first.numbers} == {MOBILE, HOME, WORK}
    assert first.consent == ANN.consent
    assert other.number == "+12025550199"
    assert leads_open(store) == 2


def test_an_update_may_bring_another_number(store: CampaignStore) -> None:
    campaign = store.create_campaign(SPRING)
    store.add_leads(campaign.campaign_id, [NewLead(number=MOBILE)])
    both = (LeadNumber(number=MOBILE, kind=PhoneKind.MOBILE), LeadNumber(number=HOME, kind=PhoneKind.HOME))
    new = NewLead(number=MOBILE, phone_kind=PhoneKind.MOBILE, numbers=both)
    rules = AddRules(duplicates=OnDuplicate.UPDATE)
    store.add_leads(campaign.campaign_id, [new], rules)
    assert store.add_leads(campaign.campaign_id, [NewLead(number=HOME)], rules).duplicates == 1
    (lead,) = reserve(store, campaign)
    assert (lead.number, lead.phone_kind, lead.numbers) == (MOBILE, PhoneKind.MOBILE, both)


def test_an_update_within_one_batch_reaches_the_row_before(store: CampaignStore) -> None:
    campaign = store.create_campaign(SPRING)
    rows = [NewLead(number=MOBILE, name="Ann"), NewLead(number=MOBILE, attributes={"age": "33"})]
    added = store.add_leads(campaign.campaign_id, rows, AddRules(duplicates=OnDuplicate.UPDATE))
    assert (added.accepted, added.duplicates, added.updated) == (1, 1, 1)
    (lead,) = reserve(store, campaign)
    assert (lead.name, lead.attributes) == ("Ann", {"age": "33"})


def test_an_update_leaves_a_closed_lead_closed(store: CampaignStore) -> None:
    campaign = store.create_campaign(SPRING)
    store.add_leads(campaign.campaign_id, [ANN, NewLead(number="+12025550199")])
    store.block_numbers(["+12025550199"], "asked", NOON)
    rules = AddRules(duplicates=OnDuplicate.UPDATE)
    added = store.add_leads(campaign.campaign_id, [NewLead(number="+12025550199", name="Bob")], rules)
    assert (added.blocked, added.updated, leads_open(store)) == (1, 0, 1)


def test_blocked_numbers_are_left_out_of_a_new_lead(store: CampaignStore) -> None:
    campaign = store.create_campaign(SPRING)
    store.block_numbers([MOBILE, WORK, "+12025550199"], "asked", NOON)
    added = store.add_leads(campaign.campaign_id, [NewLead(number="+12025550199"), ANN])
    assert added == LeadsAdded(accepted=1, duplicates=0, blocked=1, blocked_at=(0,))
    (lead,) = reserve(store, campaign)
    assert (lead.number, lead.phone_kind, lead.numbers) == (HOME, PhoneKind.HOME, ())


def test_a_blocked_number_passes_a_lead_on_to_its_next(store: CampaignStore) -> None:
    campaign = store.create_campaign(SPRING)
    store.add_leads(campaign.campaign_id, [ANN])
    store.block_numbers([HOME], "asked", NOON)
    (lead,) = reserve(store, campaign)
    assert (lead.number, [one.number for one in lead.numbers]) == (MOBILE, [MOBILE, WORK])
    store.block_numbers([MOBILE], "asked", NOON)
    after = store.lead(lead.lead_id)
    assert (after.number, after.phone_kind, after.numbers, after.status) == (
        WORK,
        PhoneKind.WORK,
        (),
        LeadStatus.RESERVED,
    )
    store.release_leads([lead.lead_id])
    store.block_numbers([WORK], "asked", NOON)
    assert store.lead(lead.lead_id).status is LeadStatus.CLOSED
    assert reserve(store, campaign) == []
    assert leads_open(store) == 0


# Imports


def begin(store: CampaignStore, campaign: Campaign) -> LeadImport:
    return store.create_import(
        LeadImport(
            import_id=0,
            campaign_id=campaign.campaign_id,
            status=ImportStatus.RUNNING,
            file_name="march.csv",
            digest="ab",
            created_at=NOON,
            updated_at=NOON,
            columns={"Phone": "number"},
        )
    )


def go_on(store: CampaignStore, state: LeadImport, *numbers: str) -> LeadImport:
    def settle(added: LeadsAdded) -> LeadImport:
        return replace(state, rows=state.rows + added.handed_in, accepted=state.accepted + added.accepted)

    rules = AddRules(import_id=state.import_id)
    return store.continue_import(state, [NewLead(number=number) for number in numbers], rules, settle)


def test_an_import_is_written_with_its_leads(store: CampaignStore) -> None:
    campaign = store.create_campaign(SPRING)
    first = begin(store, campaign)
    second = begin(store, campaign)
    assert first.import_id != second.import_id
    after = go_on(store, go_on(store, first, MOBILE, HOME), HOME, WORK)
    assert (after.rows, after.accepted) == (4, 3)
    assert store.lead_import(first.import_id) == after
    page = store.lead_imports(ImportFilter(limit=1))
    assert page.items == (second,)
    assert store.lead_imports(ImportFilter(limit=1, cursor=page.cursor)) == Page((after,), None)
    assert store.lead_imports(ImportFilter(campaign_id=campaign.campaign_id + 1)).items == ()
    assert store.lead_imports(ImportFilter(tenant_id=2)).items == ()
    assert store.lead_imports(ImportFilter(tenant_id=1, status=ImportStatus.FINISHED)).items == ()
    assert leads_open(store) == 3
    ended = replace(after, status=ImportStatus.FINISHED)
    store.update_import(after, ended)
    assert store.lead_import(first.import_id) == ended


def test_two_cannot_go_on_with_one_import(store: CampaignStore) -> None:
    campaign = store.create_campaign(SPRING)
    state = begin(store, campaign)
    go_on(store, state, MOBILE)
    with pytest.raises(ImportMovedError):
        go_on(store, state, MOBILE, HOME)
    with pytest.raises(ImportMovedError):
        store.update_import(state, state)
    assert leads_open(store) == 1
    for use in (lambda: store.lead_import(99), lambda: store.roll_back_import(99, NOON)):
        with pytest.raises(ImportNotFoundError):
            use()


def test_a_batch_that_cannot_be_settled_is_not_added(store: CampaignStore) -> None:
    campaign = store.create_campaign(SPRING)
    state = begin(store, campaign)

    def settle(_: LeadsAdded) -> LeadImport:
        raise OSError("the disk is full")

    with pytest.raises(OSError, match="disk"):
        store.continue_import(state, [NewLead(number=MOBILE)], AddRules(), settle)
    assert leads_open(store) == 0
    assert store.lead_import(state.import_id) == state


def test_an_import_can_be_rolled_back(store: CampaignStore) -> None:
    campaign = store.create_campaign(SPRING)
    store.add_leads(campaign.campaign_id, [ANN])
    state = go_on(store, begin(store, campaign), *[f"+120255511{index:02d}" for index in range(20)])
    store.add_leads(campaign.campaign_id, [NewLead(number="+12025550199", priority=-1)])
    leads = reserve(store, campaign, 4)
    called = leads[2]
    attempt = Attempt(
        attempt_id=attempt_id(called.lead_id, 1),
        lead_id=called.lead_id,
        attempt_number=1,
        campaign_id=campaign.campaign_id,
        number=called.number,
        caller_id="",
        trunk="main",
        placed_at=NOON,
    )
    assert store.record_attempts([attempt])
    assert store.roll_back_import(state.import_id, NOON) == 19
    assert store.roll_back_import(state.import_id, NOON) == 0
    assert store.lead_import(state.import_id).status is ImportStatus.ROLLED_BACK
    assert store.lead(called.lead_id).status is LeadStatus.CLOSED
    assert store.lead(called.lead_id).closed_reason == "its import was rolled back"
    with pytest.raises(LeadNotFoundError):
        store.lead(leads[1].lead_id)
    store.release_leads([lead.lead_id for lead in leads])
    assert [lead.number for lead in reserve(store, campaign)] == [MOBILE, "+12025550199"]
    assert leads_open(store) == 2
    assert store.add_leads(campaign.campaign_id, [NewLead(number=leads[1].number)]).accepted == 1


def test_checking_leads_stores_nothing(store: CampaignStore) -> None:
    campaign = store.create_campaign(SPRING)
    store.add_leads(campaign.campaign_id, [NewLead(number=MOBILE)])
    store.block_numbers([WORK], "asked", NOON)
    found = store.check_leads(campaign.campaign_id, [NewLead(number=number) for number in (WORK, HOME, MOBILE, HOME)])
    assert found == LeadsAdded(accepted=1, duplicates=2, blocked=1, duplicates_at=(2, 3), blocked_at=(0,))
    assert leads_open(store) == 1
