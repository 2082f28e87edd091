"""The SIP user agent without sockets or clock: datagrams, commands and the time go in, datagrams and events come out.

Theory of operation
-------------------
    agent.receive_datagram(data, source, now)     what came from the network
    agent.handle_timers(now)                      when `next_timer()` has come
    agent.invite(...), cancel, hang_up, ring, answer, refuse      what is wanted
    agent.datagrams_to_send(), agent.next_events(), agent.next_timer()    after each of those

Three layers, none of which knows the one above: `TransactionLayer` makes UDP reliable, `SessionTable` keeps calls and
their dialogs, and `CallingSide`, `AnsweringSide` and `HangUp` say what a call is. This class only hands on.
"""

import math
from collections.abc import Callable

import msgspec

from dialer.gateway.sip.addresses import TCP, Address, HostPort
from dialer.gateway.sip.asking import Asking, Question
from dialer.gateway.sip.derived import HeaderLines, make_response, unsupported_options
from dialer.gateway.sip.events import Ending, Reminded, UserAgentEvent
from dialer.gateway.sip.hang_up import HangUp
from dialer.gateway.sip.identity import ALLOW, ALLOWED_METHODS, Identity
from dialer.gateway.sip.info import take_info
from dialer.gateway.sip.message import Request, Response
from dialer.gateway.sip.offering import Offer, Offering
from dialer.gateway.sip.referring import Referring
from dialer.gateway.sip.registrar import Registrar, RegistrarSettings
from dialer.gateway.sip.sdp import CONTENT_TYPE
from dialer.gateway.sip.session import Invitation, Referral, Session, SessionState
from dialer.gateway.sip.session_table import SessionTable
from dialer.gateway.sip.session_timer import Refresh, SessionTimers
from dialer.gateway.sip.timers import Reminders, TimerOwner, TimerSettings
from dialer.gateway.sip.transaction import ServerInvite, State, Transaction
from dialer.gateway.sip.transaction_layer import Client, Datagram, Server, TransactionLayer
from dialer.gateway.sip.uac import CallingSide
from dialer.gateway.sip.uas import AnsweringSide
from dialer.gateway.sip.uri import has_known_scheme

METHODS_KNOWN = frozenset({*ALLOWED_METHODS, "REGISTER", "SUBSCRIBE", "NOTIFY", "MESSAGE", "PUBLISH"})
"""Methods that exist and are refused with 405; any other is answered 501 (section 8.2.1)."""
ONLY_IN_DIALOGS = ("PRACK", "UPDATE", "INFO")
ANSWERED = (SessionState.ACCEPTED, SessionState.ESTABLISHED)
STATES_UNDER_WAY = (State.CALLING, State.TRYING, State.PROCEEDING)


class UserAgentSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Limits, timers and name of a user agent."""

    name: str = "predictive-dialer"
    """Said in User-Agent."""
    timers: TimerSettings = TimerSettings()
    sessions_max: int = 20_000
    transactions_max: int = 200_000
    """Ended transactions count for up to 32 s, so this is about 64 times the calls per second, and room to spare."""


DEFAULT_SETTINGS = UserAgentSettings()


class UserAgent:
    """One SIP user agent: calling and answering, over one address.

    `address` is where the far ends reach us (what Via and Contact say), `tokens` gives ids: see `Identity`.
    """

    def __init__(
        self, address: HostPort, tokens: Callable[[], str], settings: UserAgentSettings = DEFAULT_SETTINGS
    ) -> None:
        timers = settings.timers
        self.identity = Identity(address, tokens, settings.name)
        self._layer = TransactionLayer(self, timers, settings.transactions_max)
        self._table = SessionTable(settings.sessions_max, self._layer.timers)
        self._hang_up = HangUp(self._layer, self._table, self.identity)
        self._session_timers = SessionTimers(self._layer, self.identity, self._hang_up)
        self._calling = CallingSide(
            self._layer, self._table, self.identity, self._hang_up, timers.transaction_s, self._session_timers
        )
        self._offering = Offering(self._layer, self._table, self.identity, self._hang_up)
        self._asking = Asking(self._layer, self._table, self.identity)
        self._referring = Referring(self._layer, self._table, self.identity)
        self._reminders = Reminders()
        self.registrar: Registrar | None = None
        """Where agents' phones are; None where nobody may register."""
        self._answering = AnsweringSide(
            self._layer, self._table, self.identity, self._hang_up, timers, self._session_timers
        )

    def receive_datagram(self, data: bytes, source: Address, now: float) -> None:
        """Take one packet from the network."""
        self._layer.receive(data, source, now)

    def handle_timers(self, now: float) -> None:
        """Do everything that is due at `now`."""
        self._layer.handle_timers(now)

    def datagram_failed(self, datagram: Datagram, now: float) -> None:
        """The network refused a packet at once."""
        self._layer.transport_failed(datagram.key, now)

    def connection_lost(self, address: Address, now: float) -> None:
        """The network has closed a connection on which requests of ours went out."""
        self._layer.connection_lost(address, now)

    def listen_on(self, transport: str, port: int) -> None:
        """Say in Via and Contact that `tcp` or `tls` reaches us too; with TCP, long requests may take it."""
        self.identity.listen_on(transport, port)
        self._layer.has_tcp = self._layer.has_tcp or transport == TCP

    def next_timer(self) -> float | None:
        """When `handle_timers` has to be called next; None while nothing waits."""
        return self._layer.timers.next_at()

    def datagrams_to_send(self) -> list[Datagram]:
        """Everything to send since the last call, in order."""
        outgoing, self._layer.outgoing = self._layer.outgoing, []
        return outgoing

    def next_events(self) -> list[UserAgentEvent]:
        """Everything that happened since the last call, in order."""
        events, self._table.events = self._table.events, []
        return events

    def invite(self, invitation: Invitation, now: float) -> None:
        """Place a call; exactly one `SessionEnded` of its name follows, unless this raises.

        Raises:
            TooManySessions: A table is full, or the name is taken.
            ValueError: A line end in a header.
        """
        self._calling.invite(invitation, now)

    def ring(self, session_id: str, now: float, *, status: int = 180, body: bytes = b"") -> None:
        """Send a provisional response to an offered call (UnknownSession, WrongState)."""
        self._answering.ring(self._table.get(session_id), status, body, now)

    def answer(self, session_id: str, body: bytes, now: float) -> None:
        """Answer an offered call with our SDP (UnknownSession, WrongState)."""
        self._answering.answer(self._table.get(session_id), body, now)

    def refuse(self, session_id: str, status: int, now: float, *, reason: str = "", headers: HeaderLines = ()) -> None:
        """Refuse an offered call with a final response of 300 to 699; ends the session (UnknownSession, WrongState)."""
        self._answering.refuse(self._table.get(session_id), status, reason, headers, now)

    def offer(self, session_id: str, body: bytes, now: float) -> None:
        """Offer new SDP in an answered call; `SessionModified` or `OfferRefused` comes (UnknownSession, WrongState)."""
        self._offering.offer(self._table.get(session_id), body, now)

    def local_body(self, session_id: str) -> bytes:
        """Our SDP of a session, last agreed on (UnknownSession)."""
        return self._table.get(session_id).local_body

    def hang_up(self, session_id: str, now: float) -> None:
        """End a session in whatever state it is: CANCEL, BYE, or a 480 to a call offered to us (UnknownSession)."""
        session = self._table.get(session_id)
        if session.is_early:
            self._calling.cancel(session, Ending.CANCELLED, now)
        elif session.state is SessionState.OFFERED:
            self._answering.refuse(session, 480, "", (), now)
        elif session.state is SessionState.ACCEPTED:
            session.wants_hang_up = True
        else:
            self._hang_up.end_session(session, Ending.HUNG_UP, "", now)

    def give_up(self, session_id: str, now: float) -> bool:
        """End a call that has had no response at all, as if timer B had run out; False if it has had one, or has ended.

        What comes late is undone: ringing is cancelled, an answer hung up.
        """
        session = self._table.look_up(session_id)
        return session is not None and self._calling.give_up(session, now)

    def lose(self, session_id: str, now: float) -> bool:
        """End a call whose far end has died since it responded, as `give_up` does; False if it has been answered."""
        session = self._table.look_up(session_id)
        return session is not None and self._calling.lose(session, now)

    def ask(self, name: str, method: str, uri: str, destination: Address, timeout_s: float, now: float) -> None:
        """Send a request outside any call; `RequestAnswered` follows within `timeout_s` (TooManySessions)."""
        self._asking.ask(name, method, uri, destination, timeout_s, now)

    def find_session(self, call_id: str, local_tag: str, remote_tag: str) -> str | None:
        """The answered session of a dialog, by our own name for it; None where there is none."""
        session = self._table.find(call_id, local_tag)
        is_it = session is not None and session.dialog is not None and session.dialog.remote_tag == remote_tag
        return session.session_id if is_it and session is not None and session.state in ANSWERED else None

    def take_place(self, session_id: str, replaced_id: str, body: bytes, now: float) -> None:
        """Answer an offered call with our SDP in the place of an answered one (RFC 3891), whose name it takes.

        The other is hung up, and no end of it is reported. Raises UnknownSession, WrongState.
        """
        session, replaced = self._table.get(session_id), self._table.get(replaced_id)
        self._answering.answer(session, body, now)
        self._table.take_place(session, replaced, keep_dialog=self._hang_up.send_bye(replaced, now))

    def answer_refer(self, session_id: str, status: int, now: float) -> None:
        """Answer a REFER with 202 or a refusal, and an accepted one with how it went; nothing where none waits."""
        session = self._table.look_up(session_id)
        if session is not None:
            self._referring.answer(session, status, now)

    def serve_phones(self, settings: RegistrarSettings) -> None:
        """Be a registrar from now on."""
        self.registrar = Registrar(settings, self.identity.new_tag)
        self._layer.screen.has_registrar = True

    def know(self, host: str) -> None:
        """Answer requests of this host outside any call; once one host is known, strangers are refused or dropped."""
        self._layer.screen.know(host)

    def remind(self, name: str, at: float) -> None:
        """Report `Reminded(name)` at a time; asked again under the same name, it moves."""
        self._layer.timers.start(self._reminders, name, at)

    def listen_for(self, destination: Address) -> None:
        """Note from now on when a response comes to what was sent to an address; see `heard_at`."""
        self._layer.heard_at.setdefault(destination, -math.inf)

    def heard_at(self, destination: Address) -> float:
        """When something last came from an address that we listen for; minus infinity before."""
        return self._layer.heard_at[destination]

    @property
    def session_ids(self) -> tuple[str, ...]:
        """Names of the open sessions."""
        return self._table.names()

    @property
    def transactions(self) -> int:
        """Transactions kept, those included that only wait for stragglers."""
        return len(self._layer)

    @property
    def dialogs(self) -> int:
        """Dialogs that still answer requests."""
        return self._table.dialogs

    @property
    def requests_under_way(self) -> int:
        """Our requests in calls that have no final response yet; calls given up for lost are not waited for."""
        return sum(not _is_given_up(transaction) for transaction in self._layer.clients(STATES_UNDER_WAY))

    def counters(self) -> dict[str, int]:
        """What has passed since the start, by name."""
        layer = msgspec.structs.asdict(self._layer.counters)
        by_class: list[int] = layer.pop("responses_received")
        responses = {f"responses_{first}xx": by_class[first] for first in range(1, 7)}
        phones = msgspec.structs.asdict(self.registrar.counters) if self.registrar is not None else {}
        screen = msgspec.structs.asdict(self._layer.screen.counters)
        return {**layer, **responses, **msgspec.structs.asdict(self._table.counters), **screen, **phones}

    def on_request(self, transaction: Server, request: Request, source: Address, now: float) -> None:
        """A new request, from the transaction layer."""
        unsupported = unsupported_options(request) if "Require" in request.headers else ""
        if unsupported and request.method != "CANCEL":
            self._respond(transaction, request, 420, now, (("Unsupported", unsupported),))
            return
        session = self._table.find(request.call_id, request.to_tag) if request.to_tag is not None else None
        if session is not None and session.dialog is not None and session.dialog.remote_tag != (request.from_tag or ""):
            session = None
        if request.method == "CANCEL":
            self._answering.on_cancel(transaction, request, now)
        elif isinstance(transaction, ServerInvite):
            if request.to_tag is None:
                self._answering.on_invite(transaction, request, source, now)
            elif session is None or session.state is SessionState.ENDED:
                self._respond(transaction, request, 481, now)
            else:
                self._answering.on_reinvite(transaction, session, request, now)
        elif request.method == "BYE":
            if session is None or session.dialog is None:
                self._respond(transaction, request, 481, now)
            else:
                self._hang_up.on_bye(transaction, request, session, now)
                self._answering.on_bye_before_answer(session, request, now)
        else:
            self._answer_other(transaction, request, session, source, now)

    def on_ack(self, request: Request, now: float) -> None:
        """The ACK of a 2xx, from the transaction layer."""
        session = self._table.find(request.call_id, request.to_tag)
        if session is not None:
            self._answering.on_ack(session, request, now)

    def on_response(self, transaction: Client, response: Response, now: float) -> None:
        """A response to a request of ours, from the transaction layer."""
        user, method = transaction.user, transaction.method
        if isinstance(user, Session):
            if method == "INVITE":
                self._calling.on_response(transaction, user, response, now)
            elif method == "BYE":
                self._hang_up.on_response(user, response, now)
            elif method == "NOTIFY":
                self._referring.on_notified(user, response.status)
        elif isinstance(user, Question):
            self._asking.on_answer(user, response.status)
        elif isinstance(user, Refresh):
            self._session_timers.on_response(user, response, now)
        elif isinstance(user, Offer):
            self._offering.on_response(user, response, now)

    def on_stray_success(self, response: Response, source: Address, now: float) -> None:
        """A 2xx to an INVITE whose transaction is gone, from the transaction layer."""
        self._calling.on_stray_success(response, source, now)

    def on_timeout(self, transaction: Transaction, now: float) -> None:
        """No final response or no ACK came, from the transaction layer."""
        self._on_failure(transaction, Ending.NO_RESPONSE, now)

    def on_transport_error(self, transaction: Transaction, now: float) -> None:
        """A request could not be sent, from the transaction layer."""
        self._on_failure(transaction, Ending.TRANSPORT_ERROR, now)

    def on_timer(self, owner: TimerOwner, name: str, now: float) -> None:
        """A session's timer is due, from the transaction layer."""
        if owner is self._reminders:
            self._table.events.append(Reminded(name=name))
            return
        if isinstance(owner, Question):
            self._asking.on_answer(owner, None)
            return
        if isinstance(owner, Referral):
            self._referring.on_timer(owner, now)
            return
        assert isinstance(owner, Session)
        if name in ("refresh", "expires"):
            self._session_timers.on_timer(owner, name, now)
        elif name in ("reply", "no_ack"):
            self._answering.on_timer(owner, name, now)
        else:
            self._calling.on_timer(owner, name, now)

    def _on_failure(self, transaction: Transaction, ending: Ending, now: float) -> None:
        session = transaction.user
        if isinstance(session, Question):
            self._asking.on_answer(session, None)
        elif isinstance(session, Refresh):
            self._session_timers.on_failure(session, now)
        elif isinstance(session, Offer):
            self._offering.on_failure(session, now)
        if not isinstance(session, Session):
            return
        if transaction.method == "BYE":
            self._hang_up.on_failure(session)
        elif transaction.method == "NOTIFY":
            self._referring.on_notified(session, 408)
        elif not isinstance(transaction, ServerInvite):
            self._calling.on_failure(transaction, session, ending, now)

    def _register(
        self, registrar: Registrar, transaction: Server, request: Request, source: Address, now: float
    ) -> None:
        answer = registrar.take(request, source, now)
        if answer.is_accepted:
            self._layer.screen.know(source[0])
        self._respond(transaction, request, answer.status, now, answer.headers)

    def _answer_other(
        self, transaction: Server, request: Request, session: Session | None, source: Address, now: float
    ) -> None:
        if request.method == "REGISTER" and self.registrar is not None and request.to_tag is None:
            self._register(self.registrar, transaction, request, source, now)
        elif session is None and (request.to_tag is not None or request.method in ONLY_IN_DIALOGS):
            self._respond(transaction, request, 481, now)
        elif request.method == "UPDATE" and session is not None and session.state is not SessionState.ENDED:
            self._answering.on_update(transaction, session, request, now)
        elif request.method == "INFO" and session is not None:
            said = take_info(session, request, self._table.events)
            self._respond(transaction, request, said.status, now, said.headers)
        elif request.method == "REFER":
            if session is None:
                # Nobody outside a call has anything to hand on.
                self._respond(transaction, request, 403, now)
            else:
                self._referring.on_refer(transaction, session, request, now)
        elif request.method in ONLY_IN_DIALOGS:
            # No provisional response of ours is reliable, so there is nothing that a PRACK could mean.
            self._respond(transaction, request, 481, now)
        elif request.method == "OPTIONS" and not has_known_scheme(request.uri):
            self._respond(transaction, request, 416, now)
        elif request.method == "OPTIONS":
            self._respond(transaction, request, 200, now, (("Allow", ALLOW), ("Accept", CONTENT_TYPE)))
        elif request.method in METHODS_KNOWN:
            self._respond(transaction, request, 405, now, (("Allow", ALLOW),))
        else:
            self._respond(transaction, request, 501, now, (("Allow", ALLOW),))

    def _respond(
        self, transaction: Server, request: Request, status: int, now: float, headers: HeaderLines = ()
    ) -> None:
        response = make_response(request, status, to_tag=self.identity.new_tag(), headers=headers)
        self._layer.respond(transaction, response, now)


def _is_given_up(transaction: Client) -> bool:
    if isinstance(user := transaction.user, Session):
        return user.state is SessionState.ENDED and transaction.method in ("INVITE", "CANCEL")
    return isinstance(user, Question)
