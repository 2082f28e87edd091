"""Requests of ours outside any call: OPTIONS to a trunk, to hear whether it is there (RFC 3261 section 11)."""

from dialer.gateway.sip.addresses import Address, transport_of
from dialer.gateway.sip.derived import MAX_FORWARDS
from dialer.gateway.sip.events import RequestAnswered
from dialer.gateway.sip.identity import Identity
from dialer.gateway.sip.message import WrittenRequest
from dialer.gateway.sip.session_table import SessionTable
from dialer.gateway.sip.timers import Alarm
from dialer.gateway.sip.transaction import Transaction
from dialer.gateway.sip.transaction_layer import TransactionLayer


class Question:
    """One request that waits for its answer."""

    __slots__ = ("alarm", "name", "timers", "transaction")

    def __init__(self, name: str) -> None:
        self.name = name
        self.timers: dict[str, float] = {}
        self.alarm: Alarm | None = None
        self.transaction: Transaction | None = None


class Asking:
    """Sends such requests and reports what was answered, or that nothing was."""

    def __init__(self, layer: TransactionLayer, table: SessionTable, identity: Identity) -> None:
        self._layer = layer
        self._table = table
        self._identity = identity

    def ask(self, name: str, method: str, uri: str, destination: Address, timeout_s: float, now: float) -> None:
        """Send a request; one `RequestAnswered` of this name follows.

        Raises:
            TooManySessions: The transaction table is full.
        """
        identity = self._identity
        branch = identity.new_branch()
        transport = transport_of(destination)
        contact = identity.contact_over(transport)
        lines = (
            f"{method} {uri} SIP/2.0",
            f"Via: {identity.via(branch, transport)}",
            f"Max-Forwards: {MAX_FORWARDS}",
            f"From: {contact};tag={identity.new_tag()}",
            f"To: <{uri}>",
            f"Call-ID: {identity.new_call_id()}",
            f"CSeq: 1 {method}",
            f"Contact: {contact}",
            "Accept: application/sdp",
            f"User-Agent: {identity.name}",
            "Content-Length: 0",
        )
        data = "".join(f"{line}\r\n" for line in (*lines, "")).encode()
        question = Question(name)
        request = WrittenRequest(method, branch, 1, uri, data)
        question.transaction = self._layer.send_written(request, destination, question, now)
        self._layer.timers.start(question, "question", now + timeout_s)

    def on_answer(self, question: Question, status: int | None) -> None:
        """A final response, or the certainty that none will come."""
        if status is not None and status < 200:
            return
        self._layer.timers.stop_all(question)
        if status is None and question.transaction is not None:
            self._layer.end(question.transaction)
        question.transaction = None
        self._table.events.append(RequestAnswered(name=question.name, status=status))
