"""A live gateway without a network: calls ring and are answered as told; it writes down what it was sent."""

import asyncio
from collections.abc import Callable

from dialer import messages as m
from dialer.config import Settings
from dialer.model import CallCause
from dialer.ports import Post


class StubGateway:
    """Implements `dialer.telephony.LiveGateway`; `answers` says whether a called number is answered by a person."""

    def __init__(
        self,
        settings: Settings,
        post: Post,
        answers: Callable[[str], bool] = lambda number: True,
    ) -> None:
        self._post = post
        self._answers = answers
        self._loop = asyncio.get_running_loop()
        self._open: set[str] = set()
        self.sent: list[m.GatewayCommand] = []
        self.is_open = False
        self.is_deaf = False
        """Takes commands and answers none."""
        self.refuses_digits = ""
        """Why no key can be sent."""

    @property
    def address(self) -> tuple[str, int]:
        return "127.0.0.1", 5060

    async def start(self) -> None:
        self.is_open = True

    async def close(self) -> None:
        self.is_open = False

    def set_on_recorded(self, callback: object) -> None:
        """Nothing is recorded."""

    def counters(self) -> dict[str, int]:
        return {"commands": len(self.sent)}

    def send(self, command: m.GatewayCommand) -> None:
        self.sent.append(command)
        if not self.is_deaf:
            self._loop.call_soon(self._act, command)

    def _act(self, command: m.GatewayCommand) -> None:
        match command:
            case m.PlaceCall(call_id=call_id):
                self._open.add(call_id)
                self._post(m.CallRinging(call_id=call_id))
                if self._answers(command.number):
                    self._post(m.CallAnswered(call_id=call_id))
            case m.BridgeCall():
                self._post(m.CallBridged(call_id=command.call_id, leg_id=command.leg_id))
            case m.SendDigits(request_id=request_id):
                self._post(m.DigitsSent(request_id=request_id, error=self.refuses_digits))
            case m.PlayMessage():
                self._post(m.MessagePlayed(call_id=command.call_id))
            case m.HangUpCall() | m.CancelCall():
                self.end(command.call_id, CallCause.DIALER)
            case m.OpenLeg():
                self._post(m.LegOpened(leg_id=command.leg_id))
            case m.CloseLeg():
                self._post(m.LegClosed(leg_id=command.leg_id))

    def end(self, call_id: str, cause: CallCause = CallCause.FAR_END) -> None:
        """The one final event."""
        if call_id in self._open:
            self._open.discard(call_id)
            self._post(m.CallEnded(call_id=call_id, cause=cause))
