"""The live gateway: turns the engine's commands into SIP and RTP, and what happens to the calls into events.

One rule above all: every `PlaceCall` is followed by exactly one `CallEnded` and every `OpenLeg` by exactly one
`LegClosed`, whatever happens in between. A line is in `_lines` from its command to that last event; `_end` is the only
way out, and it is also what closes the audio stream.
"""

import logging
import secrets
from collections.abc import Callable
from typing import Any

import msgspec
from dns.asyncresolver import Resolver

from dialer.gateway import causes
from dialer.gateway.conversations import Conversations
from dialer.gateway.counting import on_the_network, open_lines
from dialer.gateway.destinations import Destinations
from dialer.gateway.direct import DirectMedia
from dialer.gateway.hosts import Hosts
from dialer.gateway.incoming import Incoming
from dialer.gateway.invitations import call_invitation, outside_leg
from dialer.gateway.legs import Legs
from dialer.gateway.lines import Line, usable_audio
from dialer.gateway.media_port import MediaEngine, MediaError
from dialer.gateway.moves import Moves
from dialer.gateway.network import Network
from dialer.gateway.recording.recorder import OnFinished, Recorder
from dialer.gateway.server_names import ServerNames
from dialer.gateway.settings import GatewaySettings
from dialer.gateway.signers import Signers
from dialer.gateway.sip import (
    DigitSent,
    Ending,
    Invitation,
    OfferRefused,
    Reminded,
    RequestAnswered,
    SessionAnswered,
    SessionEnded,
    SessionModified,
    SessionOffered,
    SessionProgressed,
    SessionReferred,
    TooManySessions,
    UnknownSession,
    UserAgent,
    UserAgentEvent,
    UserAgentSettings,
    make_offer,
)
from dialer.gateway.sip.addresses import Address, HostPort
from dialer.gateway.tokens import RandomTokens
from dialer.gateway.trunk_servers import TrunkServers
from dialer.gateway.trunk_watch import TrunkWatch
from dialer.gateway.udp import OpenShell, Shell
from dialer.messages import (
    AnswerRefer,
    CallAnswered,
    CallEnded,
    CallRinging,
    CancelCall,
    CloseLeg,
    GatewayCommand,
    HangUpCall,
    LegClosed,
    LegOpened,
    LegReferred,
    OpenLeg,
    PlaceCall,
)
from dialer.model import CallCause
from dialer.ports import Post

log = logging.getLogger(__name__)

RINGING_STATUSES = (180, 183)
CLOSE_TIMEOUT_S = 5.0
NO_AUDIO = "the answer had no audio that can be carried (PCMU or PCMA over RTP/AVP)"


class SipGateway:
    """A `dialer.ports.Gateway` over SIP; all methods belong to the thread of the loop it was started on.

    Args:
        settings: Own address and the trunks' addresses.
        media: Carries the audio.
        post: Where events go.
        now: Seconds on a clock that is never set, such as the loop's.
        tokens: New unguessable strings for SIP's ids; `RandomTokens` where none is given.
        open_shell: Opens the network where it is not the real one: one in memory for tests.
        resolver: Asks name servers for SRV records, where it is not the system's own.
        recorder: Records conversations; None records nothing.
    """

    def __init__(
        self,
        settings: GatewaySettings,
        media: MediaEngine,
        post: Post,
        now: Callable[[], float],
        tokens: Callable[[], str] | None = None,
        open_shell: OpenShell | None = None,
        resolver: Resolver | None = None,
        recorder: Recorder | None = None,
    ) -> None:
        self._settings = settings
        self._media = media
        self._post = post
        self._now = now
        self._tokens = tokens if tokens is not None else RandomTokens()
        self._network = Network(settings.network)
        self._signers = Signers({trunk.name: trunk.identity_signer for trunk in settings.trunks})
        self._open_shell = open_shell if open_shell is not None else self._network.open
        self._shell: Shell | None = None
        self._is_closing = False
        self._lines: dict[str, Line] = {}
        self._trunks = {trunk.name: trunk for trunk in settings.trunks}
        self._hosts = Hosts()
        self._servers = TrunkServers(ServerNames(now, secrets.randbelow, resolver))
        self._destinations = Destinations(self._hosts, self._servers, self._network)
        self._incoming: Incoming | None = None
        self._watch: TrunkWatch | None = None
        self._legs: Legs | None = None
        self._offers = 0
        self._recorder = recorder
        self._moves = Moves(lambda: self._shell, now)
        direct_trunks = frozenset(trunk.name for trunk in settings.trunks if trunk.direct_media)
        direct = DirectMedia(self._lines, media, self._moves, direct_trunks)
        self._conversations = Conversations(self._lines, media, post, self._hang_up, recorder, direct)
        self._carry_out: dict[type, Callable[[Any], None]] = {
            PlaceCall: self._place,
            CancelCall: lambda command: self._hang_up(command.call_id),
            HangUpCall: lambda command: self._hang_up(command.call_id),
            **self._conversations.carry_out,
            OpenLeg: self._open_leg,
            CloseLeg: lambda command: self._hang_up(command.leg_id),
            AnswerRefer: self._answer_refer,
        }
        self._take: dict[type, Callable[[Line, Any], None]] = {
            SessionProgressed: self._on_progressed,
            SessionAnswered: self._on_answered,
            SessionModified: self._on_modified,
            OfferRefused: lambda _, event: self._moves.refused(event),
            SessionEnded: self._on_ended,
            DigitSent: lambda line, event: self._conversations.key_sent(line.line_id, event.key),
            SessionReferred: self._on_referred,
        }
        media.set_on_timeout(lambda name: self._lose(name, CallCause.MEDIA_TIMEOUT, "no audio came from the far end"))
        media.set_on_failed(lambda name, reason: self._lose(name, CallCause.MEDIA_FAILURE, reason))
        media.set_on_moved(self._moves.tell)

    @property
    def address(self) -> HostPort:
        """Where the SIP socket is bound; only once started."""
        assert self._shell is not None, "start the gateway first"
        return self._shell.local_address

    @property
    def agent(self) -> UserAgent:
        """The user agent, for tests and for OAM; only once started."""
        assert self._shell is not None, "start the gateway first"
        return self._shell.agent

    async def start(self) -> None:
        """Bind the socket and look up the trunks' names.

        A name that cannot be found is logged, and looked up again with each call that wants the trunk.

        Raises:
            OSError: The address is in use or not ours.
        """
        settings = self._settings
        agent_settings = UserAgentSettings(
            timers=settings.timers, sessions_max=settings.calls_max, transactions_max=settings.transactions_max
        )

        def make_agent(bound: HostPort) -> UserAgent:
            return UserAgent((settings.advertised_host or bound[0], bound[1]), self._tokens, agent_settings)

        self._shell = await self._open_shell(settings.host, settings.port, make_agent, self._on_event, self._now)
        watched = self._give_up_on, self._lose_calls, self._is_ringing
        self._watch = TrunkWatch(self.agent, settings.health, self._post, *watched, self._now)
        self._incoming = Incoming(self.agent, self._lines, self._conversations.connect, self._now)
        self._legs = Legs(self.agent, self._hosts, settings, self._now)
        if settings.phones.passwords:
            self.agent.serve_phones(settings.phones)
        for trunk in settings.trunks:
            await (self._hosts.keep(trunk.host) if trunk.port else self._servers.find(trunk))
            destination = self._destinations.now(trunk)
            if destination is not None:
                self._watch.watch(trunk, destination)
        self._shell.pump()

    async def close(self, timeout_s: float = CLOSE_TIMEOUT_S) -> None:
        """Hang up every call and leg, wait for the far ends' final responses, close the socket.

        What is still open after `timeout_s` is reported as ended all the same.
        """
        self._is_closing = True
        self._hosts.close()
        self._servers.close()
        if self._shell is not None:
            for line_id in tuple(self._lines):
                self._hang_up(line_id)
            await self._shell.wait_until_quiet(timeout_s)
            self._shell.close()
        for line in tuple(self._lines.values()):
            self._end(line, line.cause or CallCause.DIALER, None, "the gateway closed before the far end confirmed")

    def set_on_recorded(self, callback: OnFinished) -> None:
        """Tell `callback` of every conversation whose recording is whole."""
        if self._recorder is not None:
            self._recorder.on_finished = callback

    def counters(self) -> dict[str, int]:
        """What has passed since the start, by name; `calls` and `legs` are those open now."""
        incoming = self._incoming.counters if self._incoming is not None else {}
        own = {"signatures_failed": self._signers.failures, **incoming}
        lines = open_lines(self._lines.values())
        network = {} if self._shell is None else on_the_network(self._shell, self._network, self._watch)
        return {**network, **own, **self._moves.counters, **self._conversations.counters(), **lines}

    def send(self, command: GatewayCommand) -> None:
        """Carry out one command of the engine."""
        self._carry_out[type(command)](command)

    def _place(self, command: PlaceCall) -> None:
        line = self._open_line(Line(command.call_id))
        if line is not None:
            self._call_over_trunk(line, command)

    def _call_over_trunk(self, line: Line, command: PlaceCall) -> None:
        trunk = self._trunks.get(command.trunk)
        if trunk is None:
            self._end(line, CallCause.TRUNK_FAILURE, None, f"the gateway has no address for trunk {command.trunk!r}")
            return
        destination = self._destinations.now(trunk)
        if destination is None:
            self._end(line, CallCause.TRUNK_FAILURE, None, f"host {trunk.host!r} of trunk {trunk.name} is not found")
            return
        own_host = self.agent.identity.address[0]
        line.trunk, line.server = trunk.name, destination
        line.amd = command.amd
        assert self._watch is not None
        self._watch.placed(trunk, destination)
        if line.is_leg:
            trunk = msgspec.structs.replace(trunk, attempt_header="")
        identity = self._signers.sign(trunk.name, command)
        self._invite(line, lambda offer: call_invitation(command, trunk, destination, own_host, offer, identity))

    def _open_leg(self, command: OpenLeg) -> None:
        line = self._open_line(Line(command.leg_id, command.agent_id))
        if line is None:
            return
        if command.trunk:
            self._call_over_trunk(line, outside_leg(command, self._settings))
            return
        assert self._legs is not None
        self._legs.find_then(
            command,
            lambda make: self._invite(line, make) if line.line_id in self._lines else None,
            lambda problem: self._end(line, CallCause.INVALID_NUMBER, None, problem),
        )

    def _open_line(self, line: Line) -> Line | None:
        if line.line_id in self._lines:
            self._conversations.out_of_place(f"{line.line_id} is open already")
            return None
        self._lines[line.line_id] = line
        if self._shell is None or self._is_closing:
            self._end(line, CallCause.TRUNK_FAILURE, None, "the gateway is not running")
            return None
        return line

    def _invite(self, line: Line, make: Callable[[bytes], Invitation]) -> None:
        assert self._shell is not None
        try:
            media = self._media.open(line.line_id)
            self._offers += 1
            host = self._settings.advertised_host or media.host
            line.media = (host, media.port)
            self._shell.agent.invite(make(make_offer(host, media.port, origin_id=self._offers)), self._now())
        except (MediaError, TooManySessions) as error:
            self._end(line, CallCause.CONGESTION, None, str(error))
        except ValueError as error:
            self._end(line, CallCause.TRUNK_FAILURE, None, f"the INVITE could not be written: {error}")
        self._shell.pump()

    def _hang_up(self, line_id: str) -> None:
        line = self._lines.get(line_id)
        if line is None or self._shell is None:
            # Quite in order: the far end was quicker.
            return
        try:
            self._shell.agent.hang_up(line_id, self._now())
        except UnknownSession:
            # Its phone's name is still being looked up, or the far end was quicker and we are about to be told.
            self._end(line, line.cause or CallCause.DIALER, None, line.reason or "given up by the dialer")
        self._shell.pump()

    def _on_event(self, event: UserAgentEvent) -> None:
        take = self._take.get(type(event))
        if take is not None:
            line = self._lines.get(event.session_id)  # type: ignore[union-attr]
            if line is not None:
                take(line, event)
        elif isinstance(event, SessionOffered):
            assert self._incoming is not None
            self._incoming.take(event)
        elif isinstance(event, Reminded | RequestAnswered):
            assert self._watch is not None
            if not self._moves.reminded(event.name):
                self._watch.on_event(event)

    def _on_referred(self, line: Line, event: SessionReferred) -> None:
        if line.agent_id:
            self._post(LegReferred(leg_id=line.line_id, target=event.target, replaces=event.replaces))
        else:
            # A customer, or the carrier, has no say in whom the dialer calls next.
            self.agent.answer_refer(line.line_id, 603, self._now())

    def _answer_refer(self, command: AnswerRefer) -> None:
        if self._shell is not None:
            self._shell.agent.answer_refer(command.leg_id, command.status, self._now())
            self._shell.pump()

    def _on_progressed(self, line: Line, event: SessionProgressed) -> None:
        if event.status in RINGING_STATUSES and not line.has_rung:
            line.has_rung = True
            if not line.is_leg:
                self._post(CallRinging(call_id=line.line_id, sip_status=event.status))

    def _on_answered(self, line: Line, event: SessionAnswered) -> None:
        audio = None if event.crossed_cancel else usable_audio(event.body)
        is_connected = audio is not None and self._conversations.connect(line, audio)
        line.is_answered = is_connected
        if not line.is_leg:
            self._post(CallAnswered(call_id=line.line_id))
            if is_connected and line.line_id in self._lines:
                self._conversations.answered(line)
        elif is_connected:
            self._post(LegOpened(leg_id=line.line_id))
        if not is_connected and not event.crossed_cancel and line.line_id in self._lines:
            line.end_with(CallCause.TRUNK_FAILURE, NO_AUDIO)
            self._hang_up(line.line_id)

    def _on_modified(self, line: Line, event: SessionModified) -> None:
        audio = usable_audio(event.body)
        if audio is not None:
            self._conversations.connect(line, audio)
        self._moves.told(line.line_id)

    def _on_ended(self, line: Line, event: SessionEnded) -> None:
        if event.status == 503 and event.retry_after_s and line.trunk and self._watch is not None:
            self._watch.overloaded(line.trunk, event.retry_after_s)
        is_ours = event.ending in (Ending.HUNG_UP, Ending.CANCELLED)
        cause = line.cause if line.cause is not None and is_ours else None
        reason = line.reason if line.reason and is_ours else causes.in_words(event)
        self._end(line, cause or causes.call_cause(event, has_rung=line.has_rung), event.status, reason)

    def _give_up_on(self, trunk: str) -> None:
        """A trunk has gone down: calls of which nothing was heard end now, so that they can take another."""
        address = self._trunks[trunk]
        server = None if address.port else self._servers.next(address)
        if server is not None and self._watch is not None:
            self._watch.watch(address, server.address)
        for line in tuple(self._lines.values()):
            if line.trunk == trunk:
                self.agent.give_up(line.line_id, self._now())

    def _is_ringing(self, trunk: str) -> bool:
        return any(line.trunk == trunk and not line.is_answered for line in self._lines.values())

    def _lose_calls(self, trunk: str, server: Address) -> None:
        """A trunk's server stays silent: what it had and nobody has answered ends now; whoever talks, talks on."""
        for line in tuple(self._lines.values()):
            if line.trunk == trunk and line.server == server:
                self.agent.lose(line.line_id, self._now())

    def _lose(self, line_id: str, cause: CallCause, reason: str) -> None:
        if line_id in self._lines:
            self._lines[line_id].end_with(cause, reason)
            self._hang_up(line_id)

    def _end(self, line: Line, cause: CallCause, status: int | None, reason: str) -> None:
        if self._lines.pop(line.line_id, None) is None:
            return
        self._moves.forget(line.line_id)
        quality = self._conversations.ended(line)
        self._media.close(line.line_id)
        if line.is_leg:
            self._post(LegClosed(leg_id=line.line_id, reason=reason))
        else:
            self._post(CallEnded(call_id=line.line_id, cause=cause, sip_status=status, reason=reason, quality=quality))
