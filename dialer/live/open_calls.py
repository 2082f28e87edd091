"""Which calls and legs the gateway has open: what a shutdown has to wait for, and to cut at last."""

import asyncio

from dialer.messages import CallEnded, CloseLeg, Event, GatewayCommand, HangUpCall, LegClosed, OpenLeg, PlaceCall
from dialer.ports import Gateway, Post


class OpenCalls:
    """Stands between the runner and the gateway, passes everything on and keeps count."""

    def __init__(self, post: Post) -> None:
        self._post = post
        self._gateway: Gateway | None = None
        self._calls: dict[str, None] = {}
        self._legs: dict[str, None] = {}
        self._all_ended = asyncio.Event()
        self._all_ended.set()

    def connect(self, gateway: Gateway) -> None:
        """Name the gateway; it was built with `post`, so it comes after."""
        self._gateway = gateway

    def send(self, command: GatewayCommand) -> None:
        """Carry out a command (`dialer.ports.Gateway`)."""
        assert self._gateway is not None, "connect the gateway before sending to it"
        match command:
            case PlaceCall():
                self._calls[command.call_id] = None
                self._all_ended.clear()
            case OpenLeg():
                self._legs[command.leg_id] = None
                self._all_ended.clear()
        self._gateway.send(command)

    def post(self, event: Event) -> None:
        """Take an event from the gateway to the runner."""
        match event:
            case CallEnded():
                self._calls.pop(event.call_id, None)
            case LegClosed():
                self._legs.pop(event.leg_id, None)
        if not len(self):
            self._all_ended.set()
        self._post(event)

    def __len__(self) -> int:
        return len(self._calls) + len(self._legs)

    async def all_ended(self) -> None:
        """Wait until nothing is open."""
        await self._all_ended.wait()

    def hang_up_all(self) -> None:
        """End everything that is still open."""
        for call_id in tuple(self._calls):
            self.send(HangUpCall(call_id=call_id))
        for leg_id in tuple(self._legs):
            self.send(CloseLeg(leg_id=leg_id))
