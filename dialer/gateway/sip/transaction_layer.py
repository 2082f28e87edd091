"""All transactions of one user agent: matches what arrives to them, sends what they want sent, runs their timers."""

from collections.abc import Iterator
from typing import Final, Protocol

import msgspec

from dialer.gateway.sip.addresses import TCP, Address, is_reliable
from dialer.gateway.sip.derived import make_refusal_ack, make_response
from dialer.gateway.sip.errors import MalformedMessage, TooManySessions
from dialer.gateway.sip.malformed import refusal_of
from dialer.gateway.sip.message import Message, Request, Response, WrittenRequest, parse_message
from dialer.gateway.sip.reply_path import note_source, reply_address
from dialer.gateway.sip.screen import Screen, Verdict
from dialer.gateway.sip.timers import TimerOwner, Timers, TimerSettings
from dialer.gateway.sip.transaction import (
    INPUTS_BY_CLASS,
    Action,
    ClientInvite,
    ClientNonInvite,
    Input,
    ServerInvite,
    ServerNonInvite,
    State,
    Transaction,
    TransactionKey,
    input_of,
)

MAGIC_COOKIE = "z9hG4bK"
UDP_BYTES_MAX = 1300
"""A longer request goes by TCP (RFC 3261 section 18.1.1): its packet would be cut in pieces, and a piece be lost."""
DELIVER: Final = Action.DELIVER
SEND: Final = Action.SEND
DELIVER_ALONE = (DELIVER,)
KEEP_ALIVE = b"\r\n\x00 "
Client = ClientInvite | ClientNonInvite
Server = ServerInvite | ServerNonInvite


class Datagram(msgspec.Struct, frozen=True, gc=False):
    """One packet to send."""

    data: bytes
    destination: Address
    key: TransactionKey | None
    """The transaction it belongs to: told if it cannot be sent."""


class LayerCounters(msgspec.Struct):
    """What has passed since the start."""

    invites_sent: int = 0
    """INVITE transactions, retransmissions not counted."""
    requests_sent: int = 0
    """All transactions begun, INVITEs included."""
    retransmissions: int = 0
    switched_to_tcp: int = 0
    """Requests too long for one packet; those that came back to UDP because no TCP was to be had are in it too."""
    responses_received: list[int] = msgspec.field(default_factory=lambda: [0] * 7)
    """By the first digit of their status; repeated ones included."""
    requests_received: int = 0
    malformed: int = 0
    unmatched_responses: int = 0
    refused_full: int = 0
    """Requests turned away because the transaction table was full."""


class TransactionUser(Protocol):
    """The user agent above the layer."""

    def on_request(self, transaction: Server, request: Request, source: Address, now: float) -> None:
        """A new request; answer it with `TransactionLayer.respond`."""

    def on_ack(self, request: Request, now: float) -> None:
        """The ACK of a 2xx."""

    def on_response(self, transaction: Client, response: Response, now: float) -> None:
        """A response to a request of ours; of a 2xx to an INVITE, every one."""

    def on_stray_success(self, response: Response, source: Address, now: float) -> None:
        """A 2xx to an INVITE whose transaction is gone."""

    def on_timeout(self, transaction: Transaction, now: float) -> None:
        """No final response came, or no ACK."""

    def on_transport_error(self, transaction: Transaction, now: float) -> None:
        """It could not be sent."""

    def on_timer(self, owner: TimerOwner, name: str, now: float) -> None:
        """A timer that belongs to no transaction is due."""


class TransactionLayer:
    """Owns the transactions and the timers; `outgoing` is what has to be sent."""

    def __init__(self, user: TransactionUser, settings: TimerSettings, transactions_max: int) -> None:
        self._user = user
        self._settings = settings
        self._transactions_max = transactions_max
        self._transactions: dict[TransactionKey, Transaction] = {}
        self.timers = Timers()
        self.has_tcp = False
        """Whether requests that are too long for a packet may take TCP."""
        self.outgoing: list[Datagram] = []
        self.counters = LayerCounters()
        self.screen = Screen()
        self.heard_at: dict[Address, float] = {}
        """When a response last came to what was sent to an address; kept for those that are in it."""

    def __len__(self) -> int:
        return len(self._transactions)

    @property
    def is_full(self) -> bool:
        """Whether there is room for no more transactions."""
        return len(self._transactions) >= self._transactions_max

    def receive(self, data: bytes, source: Address, now: float) -> None:
        """Take one datagram; what is not SIP is counted and forgotten, keep-alives (RFC 5626) are not even counted."""
        if data[:1] in KEEP_ALIVE and not data.strip(KEEP_ALIVE):
            return
        try:
            message = parse_message(data)
            if isinstance(message, Response):
                self._receive_response(message, source, now)
            else:
                self._receive_request(message, source, now)
        except MalformedMessage as error:
            self.counters.malformed += 1
            refusal = refusal_of(data, source, str(error)) if self.screen.knows(source[0]) else None
            if refusal is not None:
                self.send_bytes(*refusal)

    def send_request(self, request: Request, destination: Address, user: object, now: float) -> Client:
        """Begin a transaction.

        Raises:
            TooManySessions: The table is full.
        """
        kind = ClientInvite if request.method == "INVITE" else ClientNonInvite
        key = ("client", request.branch, request.method)
        self.counters.invites_sent += request.method == "INVITE"
        data = request.to_bytes()
        if len(data) > UDP_BYTES_MAX and self._is_too_long(data, destination):
            request.headers["Via"] = [_over(line, "UDP", "TCP") for line in request.headers["Via"]]
        return self._begin(kind, key, request, data, destination, user, now)

    def send_written(self, written: WrittenRequest, destination: Address, user: object, now: float) -> Client:
        """Begin the transaction of a request inside a dialog; not of an INVITE, whose ACK needs the request.

        Raises:
            TooManySessions: The table is full.
        """
        key = ("client", written.branch, written.method)
        return self._begin(ClientNonInvite, key, None, written.data, destination, user, now)

    def _is_too_long(self, data: bytes, destination: Address) -> bool:
        return len(data) > UDP_BYTES_MAX and self.has_tcp and not is_reliable(destination)

    def _begin(
        self, kind: type[Client], key: TransactionKey, request: Request | None, data: bytes, destination: Address,
        user: object, now: float
    ) -> Client:  # fmt: skip
        if len(self._transactions) >= self._transactions_max:
            raise TooManySessions(f"{len(self._transactions)} SIP transactions are open; that is the limit")
        fallback = None
        if len(data) > UDP_BYTES_MAX and self._is_too_long(data, destination):
            self.counters.switched_to_tcp += 1
            fallback, destination = destination, (destination[0], destination[1], TCP)
            data = _over(data.decode(), "UDP", "TCP").encode()
        transaction = kind(key, request, destination, self.timers, self._settings, now, is_reliable(destination))
        transaction.fallback = fallback
        transaction.stored = data
        transaction.user = user
        self._transactions[key] = transaction
        self.counters.requests_sent += 1
        self.outgoing.append(Datagram(data, destination, key))
        return transaction

    def respond(self, transaction: Server, response: Response, now: float) -> None:
        """Answer a request; a response that comes too late for its transaction is not sent."""
        stored, transaction.stored = transaction.stored, response.to_bytes()
        self.timers.stop(transaction, "100")
        actions = transaction.handle(input_of(response.status), now)
        if not actions:
            transaction.stored = stored
        self._carry_out(transaction, actions, response, now)

    def send(self, message: Request | Response, destination: Address) -> bytes:
        """Send a message without a transaction (the ACK of a 2xx, a stateless answer) and return its bytes."""
        data = message.to_bytes()
        self.outgoing.append(Datagram(data, destination, None))
        return data

    def send_bytes(self, data: bytes, destination: Address) -> None:
        """Send what is written already, without a transaction."""
        self.outgoing.append(Datagram(data, destination, None))

    def send_again(self, data: bytes, destination: Address) -> None:
        """Repeat what `send` or `respond` sent."""
        self.counters.retransmissions += 1
        self.outgoing.append(Datagram(data, destination, None))

    def handle_timers(self, now: float) -> None:
        """Do what is due."""
        while (due := self.timers.take_due(now)) is not None:
            owner, name = due
            if not isinstance(owner, Transaction):
                self._user.on_timer(owner, name, now)
                continue
            actions = owner.handle_timer(name, now)
            self.counters.retransmissions += SEND in actions
            self._carry_out(owner, actions, None, now)

    def transport_failed(self, key: TransactionKey | None, now: float) -> None:
        """A datagram of this transaction could not be sent."""
        transaction = self._transactions.get(key) if key is not None else None
        if transaction is None:
            return
        if transaction.fallback is not None and transaction.state in (State.CALLING, State.TRYING):
            # Section 18.1.1: a far end without TCP gets the long packet after all.
            if transaction.request is not None:
                headers = transaction.request.headers
                headers["Via"] = [_over(line, "TCP", "UDP") for line in headers["Via"]]
            stored = _over(transaction.stored.decode(), "TCP", "UDP").encode()
            transaction.send_otherwise(stored, transaction.fallback, now)
            self.outgoing.append(Datagram(stored, transaction.destination, key))
        else:
            self._carry_out(transaction, transaction.handle(Input.TRANSPORT_ERROR, now), None, now)

    def connection_lost(self, address: Address, now: float) -> None:
        """A connection is gone: requests on it that nothing has answered yet cannot be answered any more."""
        for client in tuple(self.clients((State.CALLING, State.TRYING))):
            if client.destination == address:
                self.transport_failed(client.key, now)

    def find_invite(self, cancel: Request) -> ServerInvite | None:
        """The INVITE that a CANCEL means (section 9.2)."""
        found = self._transactions.get(_server_key(cancel, "INVITE"))
        return found if isinstance(found, ServerInvite) else None

    def clients(self, states: tuple[State, ...]) -> Iterator[Client]:
        """Our own requests that stand in one of these states."""
        for transaction in self._transactions.values():
            if isinstance(transaction, ClientInvite | ClientNonInvite) and transaction.state in states:
                yield transaction

    def end(self, transaction: Transaction) -> None:
        """End a transaction with no word to its user."""
        transaction.terminate()
        transaction.user = None
        self._transactions.pop(transaction.key, None)

    def _receive_response(self, response: Response, source: Address, now: float) -> None:
        status_class = response.status // 100
        self.counters.responses_received[status_class] += 1
        transaction = self._transactions.get(("client", response.branch, response.method))
        if transaction is None:
            self.counters.unmatched_responses += 1
            if response.method == "INVITE" and status_class == 2:
                self._user.on_stray_success(response, source, now)
            return
        if transaction.destination in self.heard_at:
            self.heard_at[transaction.destination] = now
        actions = transaction.handle(INPUTS_BY_CLASS[status_class], now)
        if actions == DELIVER_ALONE:
            # Nearly every response: the tables end no transaction with one that is handed up.
            self._user.on_response(transaction, response, now)  # type: ignore[arg-type]
            transaction.let_go()
        else:
            self._carry_out(transaction, actions, response, now)

    def _receive_request(self, request: Request, source: Address, now: float) -> None:
        via = note_source(request, source)
        transaction = self._transactions.get(_server_key(request, request.method))
        if request.method == "ACK":
            invite = self._transactions.get(_server_key(request, "INVITE"))
            if invite is None:
                self._user.on_ack(request, now)
            else:
                self._carry_out(invite, invite.handle(Input.ACK, now), request, now)
            return
        if transaction is not None:
            actions = transaction.handle(Input.REQUEST, now)
            self.counters.retransmissions += SEND in actions and bool(transaction.stored)
            self._carry_out(transaction, actions, request, now)
            return
        self.counters.requests_received += 1
        destination = reply_address(via, source)
        if request.to_tag is None and request.method != "CANCEL":
            verdict = self.screen.judge(request, source[0], now)
            if verdict is not Verdict.TAKE:
                if verdict is Verdict.REFUSE:
                    self.send(make_response(request, 403, to_tag="stranger"), destination)
                return
        if self.is_full:
            self.counters.refused_full += 1
            if request.method == "INVITE":
                self.send(make_response(request, 503, to_tag="full", headers=(("Retry-After", "5"),)), destination)
            return
        kind = ServerInvite if request.method == "INVITE" else ServerNonInvite
        key = _server_key(request, request.method)
        made = kind(key, request, destination, self.timers, self._settings, now, is_reliable(destination))
        self._transactions[key] = made
        try:
            self._user.on_request(made, request, source, now)
        except MalformedMessage as error:
            self.counters.malformed += 1
            self.respond(made, make_response(request, 400, to_tag="bad", reason=f"Bad Request: {error}"[:80]), now)

    def _carry_out(
        self, transaction: Transaction, actions: tuple[Action, ...], message: Message | None, now: float
    ) -> None:
        is_over = transaction.is_terminated
        if not actions and not is_over:
            return
        # Taken off the table first: its user may begin another transaction, and the table may be full.
        if is_over:
            self._transactions.pop(transaction.key, None)
        for action in actions:
            self._act(action, transaction, message, now)
        transaction.let_go()
        if transaction.is_terminated:
            # The session that it belongs to knows it too: without this every call would be work for the collector.
            transaction.user = None

    def _act(self, action: Action, transaction: Transaction, message: Message | None, now: float) -> None:
        if action is DELIVER:
            self._deliver(transaction, message, now)
        elif action is SEND:
            if transaction.stored:
                self.outgoing.append(Datagram(transaction.stored, transaction.destination, transaction.key))
        elif action is Action.ACK:
            assert isinstance(message, Response)
            assert transaction.request is not None
            transaction.stored = make_refusal_ack(transaction.request, message).to_bytes()
            self.outgoing.append(Datagram(transaction.stored, transaction.destination, transaction.key))
        elif action is Action.TRYING:
            if not transaction.stored and transaction.request is not None:
                transaction.stored = make_response(transaction.request, 100).to_bytes()
                self.outgoing.append(Datagram(transaction.stored, transaction.destination, transaction.key))
        elif action is Action.TIMEOUT:
            self._user.on_timeout(transaction, now)
        else:
            self._user.on_transport_error(transaction, now)

    def _deliver(self, transaction: Transaction, message: Message | None, now: float) -> None:
        if isinstance(message, Response):
            assert isinstance(transaction, ClientInvite | ClientNonInvite)
            self._user.on_response(transaction, message, now)
        else:
            assert isinstance(message, Request)
            self._user.on_ack(message, now)


def _server_key(request: Request, method: str) -> TransactionKey:
    via = request.headers["Via"][0]
    if request.branch.startswith(MAGIC_COOKIE) and request.branch != MAGIC_COOKIE:
        # Section 17.2.3: branch, sent-by and method; the sent-by is the part of the line before its parameters.
        return ("server", request.branch, via.partition(";")[0], method)
    return ("server", request.call_id, request.from_tag or "", str(request.cseq), via.partition(";")[0], method)


def _over(text: str, old: str, new: str) -> str:
    """A message, or its top Via, with another transport in it."""
    return text.replace(f"SIP/2.0/{old} ", f"SIP/2.0/{new} ", 1)
