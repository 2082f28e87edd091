"""A SIP user agent (RFC 3261) with no sockets, clock or random numbers: bytes and time in, bytes and events out.

Both sides of a call with one class. Placing one:

    agent = UserAgent(("192.0.2.10", 5060), tokens=RandomTokens())
    offer = make_offer("192.0.2.10", 40000, origin_id=1)
    agent.invite(Invitation(session_id="4711-2", uri="sip:+12025550199@192.0.2.20", destination=("192.0.2.20", 5060),
                            caller="<sip:+12025550100@192.0.2.10>", body=offer, ring_timeout_s=25), now)

Answering one:

    for event in agent.next_events():
        if isinstance(event, SessionOffered):            # event.request is the INVITE, with all its headers
            agent.ring(event.session_id, now)            # 180; status=183, body=... for early media
            offer = parse_sdp(event.request.body)
            agent.answer(event.session_id, make_answer(offer, "192.0.2.20", 30000, origin_id=1), now)
            # or: agent.refuse(event.session_id, 486, now)

Ending one, whichever side placed it and whatever state it is in: `agent.hang_up(session_id, now)`.

After *every* call of a method that takes `now`, the shell around the agent does three things:

    for datagram in agent.datagrams_to_send(): sock.sendto(datagram.data, datagram.destination)
    for event in agent.next_events(): ...                # may call the agent again: then once more from the top
    wake_at = agent.next_timer()                         # and at that time: agent.handle_timers(now)

`dialer.gateway.udp.UdpShell` is that shell for asyncio and uvloop.

What an agent promises:

- every session, placed or offered, ends with exactly one `SessionEnded`, and nothing of it comes afterwards;
- an answer (2xx) is acknowledged every time it comes; one that crosses our CANCEL is reported as `SessionAnswered` with
  `crossed_cancel`, hung up and reported ended;
- re-INVITEs are answered from our last SDP by itself, and reported as `SessionModified`;
- what is malformed is counted, never raised; OPTIONS, unknown dialogs and unknown methods are answered by rule;
- every table is bounded (`UserAgentSettings`).
"""

from dialer.gateway.sip.addresses import Address, HostPort
from dialer.gateway.sip.digest import Credentials, format_challenge, is_authentic
from dialer.gateway.sip.errors import MalformedMessage, TooManySessions, UnknownSession, WrongState
from dialer.gateway.sip.events import (
    DigitSent,
    Ending,
    OfferRefused,
    Reminded,
    RequestAnswered,
    SessionAnswered,
    SessionConfirmed,
    SessionEnded,
    SessionModified,
    SessionOffered,
    SessionProgressed,
    SessionReferred,
    UserAgentEvent,
)
from dialer.gateway.sip.message import Message, Request, Response, parse_message
from dialer.gateway.sip.registrar import Binding, Registrar, RegistrarSettings
from dialer.gateway.sip.sdp import (
    Direction,
    NothingInCommon,
    SessionDescription,
    make_answer,
    make_offer,
    offer_again,
    parse_sdp,
)
from dialer.gateway.sip.session import Invitation
from dialer.gateway.sip.timers import TimerSettings
from dialer.gateway.sip.transaction_layer import Datagram
from dialer.gateway.sip.user_agent import UserAgent, UserAgentSettings

__all__ = [
    "Address",
    "Binding",
    "Credentials",
    "Datagram",
    "DigitSent",
    "Direction",
    "Ending",
    "HostPort",
    "Invitation",
    "MalformedMessage",
    "Message",
    "NothingInCommon",
    "OfferRefused",
    "Registrar",
    "RegistrarSettings",
    "Reminded",
    "Request",
    "RequestAnswered",
    "Response",
    "SessionAnswered",
    "SessionConfirmed",
    "SessionDescription",
    "SessionEnded",
    "SessionModified",
    "SessionOffered",
    "SessionProgressed",
    "SessionReferred",
    "TimerSettings",
    "TooManySessions",
    "UnknownSession",
    "UserAgent",
    "UserAgentEvent",
    "UserAgentSettings",
    "WrongState",
    "format_challenge",
    "is_authentic",
    "make_answer",
    "make_offer",
    "offer_again",
    "parse_message",
    "parse_sdp",
]
