"""Messages that follow from another by rule: a response, the ACK of a refusal, the CANCEL of an INVITE."""

from dialer.gateway.sip.headers import first_of_list
from dialer.gateway.sip.message import Headers, Request, Response
from dialer.gateway.sip.status import reason_phrase

MAX_FORWARDS = "70"
HeaderLines = tuple[tuple[str, str], ...]
CREDENTIALS = ("Authorization", "Proxy-Authorization")
OPTIONS = frozenset({"timer", "norefersub", "replaces"})
"""What a far end may require of us."""


def make_response(
    request: Request,
    status: int,
    *,
    to_tag: str = "",
    reason: str = "",
    headers: HeaderLines = (),
    body: bytes = b"",
) -> Response:
    """Answer a request (RFC 3261 section 8.2.6): Via, From, To, Call-ID and CSeq are its own.

    `to_tag` is put on the To header unless the request carries one already (it is inside a dialog).
    """
    to = request.headers["To"][0]
    if to_tag and request.to_tag is None:
        # An address without brackets takes the tag as its own parameter, so that nothing has to be written anew.
        to = f"{to};tag={to_tag}"
    kept: Headers = {
        "Via": request.headers["Via"],
        "From": request.headers["From"],
        "To": [to],
        "Call-ID": request.headers["Call-ID"],
        "CSeq": request.headers["CSeq"],
    }
    if 100 < status < 300 and "Record-Route" in request.headers:
        kept["Record-Route"] = request.headers["Record-Route"]
    if status == 100 and "Timestamp" in request.headers:
        kept["Timestamp"] = request.headers["Timestamp"]
    for name, value in headers:
        kept.setdefault(name, []).append(value)
    return Response(status, reason or reason_phrase(status), kept, body)


def make_refusal_ack(invite: Request, response: Response) -> Request:
    """The ACK of a final response other than 2xx (section 17.1.1.3): part of the INVITE's own transaction."""
    headers = _same_hop(invite)
    headers["To"] = [response.receiver]
    headers["CSeq"] = [f"{invite.cseq} ACK"]
    for name in CREDENTIALS:
        if name in invite.headers:
            headers[name] = invite.headers[name]
    return Request("ACK", invite.uri, headers)


def make_cancel(invite: Request, reason: str = "") -> Request:
    """The CANCEL of an INVITE (section 9.1): the same branch, so that it finds it; `reason` is a Reason header."""
    headers = _same_hop(invite)
    headers["To"] = invite.headers["To"]
    headers["CSeq"] = [f"{invite.cseq} CANCEL"]
    if reason:
        headers["Reason"] = [reason]
    return Request("CANCEL", invite.uri, headers)


def unsupported_options(request: Request) -> str:
    """The options that a request requires and that we have not; empty where there are none (section 8.2.2.3)."""
    return ", ".join(option for option in request.get_list("Require") if option.lower() not in OPTIONS)


def _same_hop(invite: Request) -> Headers:
    headers: Headers = {
        "Via": [first_of_list(invite.headers["Via"][0])],
        "Max-Forwards": [MAX_FORWARDS],
        "From": invite.headers["From"],
        "To": [],
        "Call-ID": invite.headers["Call-ID"],
        "CSeq": [],
    }
    if "Route" in invite.headers:
        headers["Route"] = invite.headers["Route"]
    return headers
