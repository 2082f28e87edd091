"""Calls to the dialer: none is taken, but one of a phone of ours that takes the place of an agent's leg (RFC 3891).

A conversation moves so from one telephone to another: the leg stays the agent's, and its audio goes on.
"""

from collections.abc import Callable, Mapping

from dialer.gateway.lines import Line, usable_audio
from dialer.gateway.sip import MalformedMessage, SessionDescription, SessionOffered, UserAgent, make_answer
from dialer.gateway.sip.derived import HeaderLines
from dialer.gateway.sip.replaces import parse_replaces
from dialer.gateway.sip.sdp import parse_sdp


class Incoming:
    """Answers such calls.

    Args:
        agent: Has the sessions, and knows whose phone proves to be whose.
        lines: The gateway's open lines.
        connect: Has a line's audio go to where its far end says; False where it cannot.
        now: The gateway's clock.
    """

    def __init__(
        self,
        agent: UserAgent,
        lines: Mapping[str, Line],
        connect: Callable[[Line, SessionDescription], bool],
        now: Callable[[], float],
    ) -> None:
        self._agent = agent
        self._lines = lines
        self._connect = connect
        self._now = now
        self._versions = 0
        self.counters = {"calls_refused": 0, "legs_moved": 0}

    def take(self, event: SessionOffered) -> None:
        """Answer or refuse a call."""
        try:
            status, headers = self._take(event)
        except MalformedMessage:
            status, headers = 400, ()
        if status >= 300:
            self.counters["calls_refused"] += 1
            self._agent.refuse(event.session_id, status, self._now(), headers=headers)

    def _take(self, event: SessionOffered) -> tuple[int, HeaderLines]:
        request = event.request
        values = request.headers.get("Replaces")
        if values is None or self._agent.registrar is None:
            return 404, ()
        wanted = parse_replaces(values)
        refusal = self._agent.registrar.check(request, self._now())
        if refusal is not None:
            return refusal.status, refusal.headers
        leg_id = self._agent.find_session(wanted.call_id, wanted.local_tag, wanted.remote_tag)
        line = self._lines.get(leg_id or "")
        if line is None or not line.is_leg or line.media is None:
            return 481, ()
        if wanted.is_early_only:
            return 486, ()
        audio = usable_audio(request.body)
        if audio is None:
            return 488, ()
        if not self._connect(line, audio):
            return 488, ()
        self._versions += 1
        answer = make_answer(parse_sdp(request.body), *line.media, origin_id=self._versions)
        self._agent.take_place(event.session_id, line.line_id, answer, self._now())
        self.counters["legs_moved"] += 1
        return 200, ()
