"""Reliable provisional responses (RFC 3262), as the caller: each is acknowledged once with a PRACK."""

from dialer.gateway.sip.addresses import Address
from dialer.gateway.sip.dialog import Dialog, EarlyDialog
from dialer.gateway.sip.errors import MalformedMessage
from dialer.gateway.sip.identity import Identity
from dialer.gateway.sip.message import Response
from dialer.gateway.sip.session import Session
from dialer.gateway.sip.transaction_layer import TransactionLayer

OPTION = "100rel"
RSEQ_MAX = 2**32 - 1
EARLY_DIALOGS_MAX = 16


def take_reliable(
    session: Session, response: Response, peer: Address, layer: TransactionLayer, identity: Identity, now: float
) -> bool:
    """Acknowledge a provisional response that asks for it; False for one that is not to be heeded.

    Not to be heeded are one that came before, or one whose predecessor is missing (section 4): both come again.
    """
    rseq = _rseq_of(response)
    if rseq is None:
        return True
    tag = response.to_tag or ""
    early = session.early_dialogs.get(tag)
    if early is None:
        if len(session.early_dialogs) >= EARLY_DIALOGS_MAX:
            return False
        early = EarlyDialog(Dialog.of_caller(session.invite, response, peer), rseq)
        early.dialog.keeps_flow = session.keeps_flow
        session.early_dialogs[tag] = early
    elif rseq == early.rseq + 1:
        early.rseq = rseq
    else:
        return False
    if not layer.is_full:
        rack = ("RAck", f"{rseq} {session.invite.cseq} INVITE")
        prack = early.dialog.make_request("PRACK", identity, headers=(rack, *session.credentials_headers()))
        layer.send_written(prack, early.dialog.next_hop(), None, now)
    return True


def _rseq_of(response: Response) -> int | None:
    """The number of a reliable response; None where it is an ordinary one."""
    text = response.get("RSeq")
    if text is None:
        return None
    try:
        options = [option.lower() for option in response.get_list("Require")]
    except MalformedMessage:
        return None
    if OPTION not in options or not (text.isascii() and text.isdigit() and len(text) <= 10):
        return None
    return int(text) if 1 <= int(text) <= RSEQ_MAX else None
