"""Building attempts, their results and the CDR."""

import msgspec
from msgspec.structs import replace

from campaigns.model import Attempt, Campaign, Cdr, Lead, Outcome, attempt_id
from campaigns.ports import Result
from campaigns.terms import AmdSettings
from dialer.messages import PlaceCall
from dialer.pds.calls import Call


def new_attempt(campaign: Campaign, lead: Lead, caller_id: str, trunk: str, now: float) -> Attempt:
    """The next try at a lead, as it is written before its call is placed."""
    number = lead.attempts_made + 1
    return Attempt(
        attempt_id=attempt_id(lead.lead_id, number),
        lead_id=lead.lead_id,
        attempt_number=number,
        campaign_id=campaign.campaign_id,
        number=lead.number,
        caller_id=caller_id,
        trunk=trunk,
        placed_at=now,
    )


def place_call(call: Call, ring_timeout_s: float, amd: AmdSettings | None) -> PlaceCall:
    """The command that sends a recorded call out."""
    return PlaceCall(
        call_id=call.call_id,
        number=call.number,
        caller_id=call.attempt.caller_id,
        trunk=call.trunk,
        ring_timeout_s=ring_timeout_s,
        amd=amd,
    )


def placed_result(call: Call, outcome: Outcome, sip_status: int | None, ended_at: float) -> Result:
    """The end of a call that was placed: attempt and CDR, written together."""
    attempt = replace(
        call.attempt,
        placed_at=call.placed_at,
        ringing_at=call.ringing_at,
        answered_at=call.answered_at,
        bridged_at=call.bridged_at,
        ended_at=ended_at,
        outcome=outcome,
        sip_status=sip_status,
        cause=call.cause,
        agent_id=call.bridged_agent_id,
        disposition=call.disposition,
        asked_at=call.asked_at,
    )
    cdr = Cdr(
        call_id=call.call_id,
        campaign_id=call.campaign_id,
        calling_number=attempt.caller_id,
        called_number=attempt.number,
        trunk=call.trunk,
        started_at=call.placed_at,
        answered_at=call.answered_at,
        ended_at=ended_at,
        talk_s=ended_at - call.bridged_at if call.bridged_at is not None else 0.0,
        outcome=outcome,
        sip_status=sip_status,
        cause=call.cause,
        agent_id=call.bridged_agent_id,
        digits=call.digits,
        amd="" if call.amd is None else call.amd.result,
        amd_confidence=None if call.amd is None else call.amd.confidence,
        amd_reason="" if call.amd is None else call.amd.reason,
        **({} if call.quality is None else msgspec.structs.asdict(call.quality)),
    )
    return Result(attempt=attempt, cdr=cdr)


def unplaced_result(call: Call, why: str, now: float) -> Result:
    """The end of an attempt that was recorded and then not placed: cancelled, and without a CDR.

    CDRs therefore equal calls placed, and attempts equal CDRs plus attempts without one.
    """
    attempt = replace(call.attempt, ended_at=now, outcome=Outcome.CANCELLED, cause=f"not placed: {why}")
    return Result(attempt=attempt, cdr=None)
