"""The carrier's own books: INVITE transactions by attempt id, and how calls ended. Others compare theirs."""

from pathlib import Path

import msgspec

from simulation.carrier.voice import Audio

ATTEMPTS_MAX = 1_000_000


class Tally(msgspec.Struct):
    """Counts since the carrier's start."""

    invites: int = 0
    """INVITE transactions; repeated packets of one are one."""
    attempts: dict[str, int] = msgspec.field(default_factory=dict)
    """INVITE transactions by attempt id."""
    without_attempt_id: int = 0
    untold: int = 0
    """INVITE transactions of attempts beyond the limit of those kept apart."""
    answered: int = 0
    cancelled: int = 0
    """Given up by the caller before an answer."""
    refused: dict[int, int] = msgspec.field(default_factory=dict)
    """Calls refused, by SIP status."""
    hung_up_here: int = 0
    """Answered calls that the called person or machine ended."""
    hung_up_there: int = 0
    """Answered calls that the caller ended."""
    impatient: int = 0
    """Of those ended here: persons who heard nothing and had enough."""
    failed: int = 0
    """Answered calls that ended without either side hanging up: no ACK, no response."""
    calls: int = 0
    """Calls right now."""
    calls_most: int = 0
    audio: Audio = msgspec.field(default_factory=Audio)

    def invite(self, attempt_id: str) -> None:
        """Count an INVITE transaction; an empty id stands for none."""
        self.invites += 1
        self.calls += 1
        self.calls_most = max(self.calls_most, self.calls)
        if not attempt_id:
            self.without_attempt_id += 1
        elif attempt_id in self.attempts or len(self.attempts) < ATTEMPTS_MAX:
            self.attempts[attempt_id] = self.attempts.get(attempt_id, 0) + 1
        else:
            self.untold += 1

    def refuse(self, status: int) -> None:
        """Count a refusal."""
        self.refused[status] = self.refused.get(status, 0) + 1

    def end(self, *, was_answered: bool, ended_here: bool, ended_there: bool) -> None:
        """Count the end of a call that was counted by `invite`."""
        self.calls -= 1
        if not was_answered:
            self.cancelled += ended_there
        elif ended_here:
            self.hung_up_here += 1
        elif ended_there:
            self.hung_up_there += 1
        else:
            self.failed += 1

    @property
    def twice(self) -> dict[str, int]:
        """Attempts for which more than one INVITE transaction came: nobody may be dialed twice for one attempt."""
        return {attempt_id: count for attempt_id, count in self.attempts.items() if count > 1}


def write_status(path: Path, status: object) -> None:
    """Replace a JSON file as a whole, so that a reader never sees half of it."""
    draft = path.with_name(f"{path.name}.new")
    draft.write_bytes(msgspec.json.format(msgspec.json.encode(status), indent=1))
    draft.replace(path)
