"""Erasing a person: nothing names them any more, and nobody calls them."""

import pytest
import sqlalchemy as sa
from msgspec.structs import replace

from campaigns.consents import Consent, ConsentKind
from campaigns.dispositions import Callback
from campaigns.erasures import Erased
from campaigns.model import LeadNumber, LeadStatus, NewLead, Outcome
from campaigns.ports import AttemptFilter, CampaignStore
from campaigns.service.erasing import CallUnderWayError, erase_person
from campaigns.skips import Skip
from campaigns.store.schema import blocked_numbers, metadata
from campaigns.store.sql import SqlStore
from tests.contracts.test_campaign_store import NOON, SPRING, dial, ended

FIRST, SECOND, OTHER = "+12025550101", "+12025550102", "+12025550103"
JANE = NewLead(
    number=FIRST,
    name="Jane Doe",
    external_id="crm-4711",
    postal_code="20001",
    language="en",
    attributes={"note": "likes cats"},
    consent=Consent(kind=ConsentKind.EXPRESS, source='form of "Jane"'),
    numbers=(LeadNumber(number=FIRST), LeadNumber(number=SECOND)),
)


def found(erased: Erased) -> Erased:
    """Whatever its id is."""
    return replace(erased, erasure_id=0)


def test_a_person_is_erased_and_stays_uncalled(store: CampaignStore) -> None:
    campaign = store.create_campaign(SPRING)
    foreign = store.create_campaign(replace(SPRING, tenant_id=2))
    store.add_leads(campaign.campaign_id, [JANE, NewLead(number=OTHER, name="Joe")])
    store.add_leads(foreign.campaign_id, [NewLead(number=FIRST, name="their Jane")])
    jane, joe = store.reserve_leads(campaign.campaign_id, 2, NOON, 600.0, "engine-1")
    attempt = dial(store, jane)
    store.record_results([ended(dial(store, joe), Outcome.BUSY)], NOON)
    with pytest.raises(CallUnderWayError):
        erase_person(store, FIRST, NOON)
    assert store.lead(jane.lead_id).name == "Jane Doe"
    store.record_results([ended(attempt, Outcome.BUSY)], NOON)

    assert found(erase_person(store, SECOND, NOON)) == Erased(
        leads=1, attempts=1, cdrs=1, evidence=1, suppressed=(SECOND, FIRST)
    )
    lead = store.lead(jane.lead_id)
    assert (lead.status, lead.closed_reason, lead.attempts_made) == (LeadStatus.CLOSED, "erased on request", 1)
    assert (lead.number, lead.name, lead.attributes, lead.numbers) == (f"erased-{jane.lead_id}", "", {}, ())
    assert (lead.external_id, lead.postal_code, lead.language, lead.consent.source) == ("", "", "", "")
    assert {one.number for one in store.attempts(AttemptFilter()).items} == {f"erased-{jane.lead_id}", OTHER}
    assert {one.called_number for one in store.cdrs(AttemptFilter()).items} == {f"erased-{jane.lead_id}", OTHER}
    assert store.outcome_counts(campaign.campaign_id) == {Outcome.BUSY: 2}
    assert store.tasks(NOON)[0].leads_open == 1
    assert not any(FIRST in one.reason or SECOND in one.reason for one in store.evidence(attempt.attempt_id))

    # No later list brings them back, and another tenant's list is its own.
    assert store.add_leads(campaign.campaign_id, [replace(JANE, numbers=())]).blocked == 1
    assert store.lead(3).name == "their Jane"
    assert found(erase_person(store, FIRST, NOON)) == Erased(suppressed=(FIRST,))


def test_somebody_nobody_knows_is_blocked_all_the_same(store: CampaignStore) -> None:
    campaign = store.create_campaign(SPRING)
    assert found(erase_person(store, FIRST, NOON)) == Erased(suppressed=(FIRST,))
    assert store.add_leads(campaign.campaign_id, [NewLead(number=FIRST)]).blocked == 1


def test_no_column_of_any_table_holds_the_number_but_the_do_not_call_list(store: CampaignStore) -> None:
    campaign = store.create_campaign(SPRING)
    store.add_leads(campaign.campaign_id, [JANE])
    (jane,) = store.reserve_leads(campaign.campaign_id, 2, NOON, 600.0, "engine-1")
    result = ended(dial(store, jane), Outcome.NO_ANSWER)
    attempt = replace(result.attempt, cause=f"no answer from {FIRST}")
    store.record_results([replace(result, attempt=attempt)], NOON)
    assert len(store.evidence_of(["1-1", "9-9"])) == 1
    skip = Skip(
        campaign_id=campaign.campaign_id,
        lead_id=jane.lead_id,
        number=FIRST,
        agent_id="ann",
        skipped_at=NOON,
        looked_s=2.0,
        reason="other",
        note=f"has moved; call {SECOND}",
    )
    store.record_skips([skip])
    erase_person(store, FIRST, NOON)
    if isinstance(store, SqlStore):
        with store.database.reading() as connection:
            for table in metadata.tables.values():
                if table is not blocked_numbers:
                    held = [str(value) for row in connection.execute(sa.select(table)) for value in row]
                    assert not [one for one in held if FIRST in one or SECOND in one or "Jane" in one], table.name


def test_an_appointment_and_a_number_called_once_go_with_the_person(store: CampaignStore) -> None:
    campaign = store.create_campaign(SPRING)
    store.add_leads(campaign.campaign_id, [JANE])
    (jane,) = store.reserve_leads(campaign.campaign_id, 1, NOON, 600.0, "engine-1")
    attempt = dial(store, jane)
    store.record_results([ended(attempt, Outcome.CONNECTED)], NOON)
    callback = Callback(starts_at=NOON + 600, ends_at=NOON + 900)
    store.record_disposition(attempt.attempt_id, "ann", "callback", NOON, callback)
    # The number called is hers no longer, the lead goes on with the other.
    store.block_numbers([FIRST], "asked by Jane", NOON)
    erased = erase_person(store, SECOND, NOON)
    assert (erased.callbacks, set(erased.suppressed)) == (1, {FIRST, SECOND})
    assert store.lead(jane.lead_id).callback is None
    assert store.tasks(NOON + 700)[0].callbacks_due == {}
