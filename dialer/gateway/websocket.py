"""SIP over WebSocket (RFC 7118), the server's side: telephones in browsers connect, each message is a SIP message.

Like the framer of plain streams: bytes go in, whole SIP messages come out, with no socket in between.
"""

from wsproto import ConnectionType, WSConnection
from wsproto.events import (
    AcceptConnection,
    BytesMessage,
    CloseConnection,
    Ping,
    RejectConnection,
    Request,
    TextMessage,
)
from wsproto.utilities import ProtocolError

from dialer.gateway.sip.errors import MalformedMessage
from dialer.gateway.sip.framing import PING
from dialer.gateway.sip.message import MESSAGE_BYTES_MAX

SUBPROTOCOL = "sip"
HEAD_BYTES_MAX = 16_384


class WebSocketFramer:
    """One connection, from its HTTP upgrade on."""

    __slots__ = ("_connection", "_head_bytes", "_is_open", "_parts", "is_closing", "replies")

    def __init__(self) -> None:
        self._connection = WSConnection(ConnectionType.SERVER)
        self._head_bytes = 0
        self._is_open = False
        self._parts: list[bytes] = []
        self.replies = b""
        """What the protocol itself wants sent: the upgrade's answer, pongs, the closing."""
        self.is_closing = False
        """Whether the connection is to be closed once `replies` are out."""

    @property
    def is_between_messages(self) -> bool:
        """Whether no message is half received."""
        return not self._parts

    def feed(self, data: bytes) -> list[bytes]:
        """Take what has come; the messages that are whole now, a `PING` among them where one is asked.

        Raises:
            MalformedMessage: What has come is no WebSocket, or a message beyond all measure.
        """
        if not self._is_open:
            self._head_bytes += len(data)
            if self._head_bytes > HEAD_BYTES_MAX:
                raise MalformedMessage(f"no end of the upgrade in {HEAD_BYTES_MAX} bytes")
        frames: list[bytes] = []
        try:
            self._connection.receive_data(data)
            for event in self._connection.events():
                if isinstance(event, TextMessage | BytesMessage):
                    self._take_part(event, frames)
                else:
                    self._take_control(event)
        except ProtocolError as error:
            raise MalformedMessage(f"no WebSocket: {error}") from None
        return frames

    def pack(self, message: bytes) -> bytes:
        """A SIP message as one WebSocket message: text, or bytes where it is none."""
        try:
            return self._connection.send(TextMessage(data=message.decode()))
        except UnicodeDecodeError:
            return self._connection.send(BytesMessage(data=message))

    def ping(self) -> bytes:
        """A sign of life; nothing before there is a WebSocket."""
        return b"" if not self._is_open else self._connection.send(Ping())

    def take_replies(self) -> bytes:
        """What is to be sent now; empty for nothing."""
        replies, self.replies = self.replies, b""
        return replies

    def _take_part(self, event: TextMessage | BytesMessage, frames: list[bytes]) -> None:
        part = event.data.encode() if isinstance(event, TextMessage) else bytes(event.data)
        self._parts.append(part)
        if sum(map(len, self._parts)) > MESSAGE_BYTES_MAX:
            raise MalformedMessage(f"a message of more than {MESSAGE_BYTES_MAX} bytes")
        if event.message_finished:
            message = b"".join(self._parts)
            self._parts = []
            frames.append(PING if message == PING else message)

    def _take_control(self, event: object) -> None:
        connection = self._connection
        if isinstance(event, Request):
            if SUBPROTOCOL in event.subprotocols:
                self._is_open = True
                self.replies += connection.send(AcceptConnection(subprotocol=SUBPROTOCOL))
            else:
                # Section 4: whoever does not speak SIP here is turned away.
                self.replies += connection.send(RejectConnection(status_code=400))
                self.is_closing = True
        elif isinstance(event, Ping):
            self.replies += connection.send(event.response())
        elif isinstance(event, CloseConnection):
            self.replies += connection.send(event.response())
            self.is_closing = True
