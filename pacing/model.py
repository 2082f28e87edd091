"""What a pacing policy sees, what it learns from and what it answers.

Times are Unix seconds, durations seconds, rates 0..1. Nothing here knows of leads, trunks or SIP.
"""

import math
from enum import StrEnum

import msgspec


class CallInFlight(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One call that has been placed and not yet answered or ended."""

    call_id: str
    placed_at: float
    ringing_at: float | None = None
    """When the far end reported ringing (180, or 183 with early media); None while there is no such report."""
    answer_probability: float | None = None
    """Chance, judged when the call was placed, that a person answers it; None where nothing is known of the lead."""
    may_cancel: bool = True
    """False for a call that is another campaign's, or whose number has been given up as often as is allowed."""


class AbandonBudget(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """The campaign's account of answered and abandoned calls in its regulator's window."""

    rate_max: float
    """The legal cap on abandoned / answered by a person, 0..1 (16 CFR 310.4(b)(4)(i): 0.03)."""
    answered: int = 0
    """Calls answered by a person in the window so far, abandoned ones included."""
    abandoned: int = 0
    window_started_at: float = 0.0
    window_ends_at: float = math.inf

    @property
    def rate(self) -> float | None:
        """Abandoned over answered, or None while nobody has answered."""
        return self.abandoned / self.answered if self.answered else None


class Promise(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A busy agent's hint that they will soon be free: wrapping up, disposition form opened, an ACW of known length."""

    made_at: float
    free_at: float | None = None
    """When they expect to be free; None where they said only that it will be soon."""


class Snapshot(msgspec.Struct, frozen=True, kw_only=True):
    """Everything a policy may look at when it decides, for one campaign and its skill group.

    Agents who are paused or logged out are in none of the counts, nor are those who have said that they will pause
    after their call: nobody dials for those who are not there or are about to leave.
    """

    now: float
    idle_agents: int = 0
    """Agents free to take a call now, those reserved for an answered call excluded."""
    talking_since: tuple[float, ...] = ()
    """When each agent in conversation (or being bridged) began, in no order that means anything."""
    acw_since: tuple[float, ...] = ()
    """When each agent in after-call work began it."""
    talking_ids: tuple[str, ...] = ()
    """Who they are, in the order of `talking_since`; empty where agents are not told apart."""
    acw_ids: tuple[str, ...] = ()
    promises: tuple[Promise, ...] = ()
    """What busy agents have said about when they will be free; they are in neither of the lists above."""
    calls: tuple[CallInFlight, ...] = ()
    queued_calls: int = 0
    """Answered calls waiting for an agent."""
    detecting_calls: int = 0
    """Answered calls in which AMD is still listening: each may be a person who wants an agent at once."""
    calls_max: int = 0
    """The most calls that trunks, CPS and the hopper allow this decision to place."""
    answer_limit_s: float = 2.0
    """How long an answered person may wait before the call counts as abandoned."""
    ring_timeout_s: float = 25.0
    budget: AbandonBudget
    other_budgets: tuple[AbandonBudget, ...] = ()
    """Accounts of further windows that must hold as well, such as 30 days beside 24 hours."""
    cancel_after_s: float | None = None
    """A call that has rung for this long may be cancelled, the legal minimum or more (16 CFR 310.4(b)(4)(ii) counts
    ringing, not the time since placing); None where cancelling is not allowed."""
    leads_left: float = math.inf
    """Leads that may still be dialed, now or later; an estimate is enough. The budget is spent by the end of the list
    where that comes before the window's."""
    lead_probabilities: tuple[float, ...] = ()
    """Answer probabilities of the leads that would be dialed next, in order; empty where nothing is known."""
    leads_in_order: int = 0
    """So many of these leads, the first, are dialed in order before any other may be chosen: they have waited long, or
    choosing is not allowed."""

    @property
    def agents(self) -> int:
        """Agents at work: idle, talking or in after-call work."""
        return self.idle_agents + len(self.talking_since) + len(self.acw_since) + len(self.promises)


class Decision(msgspec.Struct, frozen=True, kw_only=True):
    """How many calls to place now, which ringing calls to give up, and why."""

    calls: int = 0
    leads: tuple[int, ...] = ()
    """Which of the snapshot's `lead_probabilities` to dial, by index; empty means the first `calls`, in order."""
    cancel: tuple[str, ...] = ()
    """Ids of calls in flight that should be cancelled; the engine honours it only where and when that is allowed."""
    risks: tuple[float, ...] = ()
    """The risk of each call placed, in order; empty from a policy that does not forecast. It comes back with the
    `AnswerObserved` of a call that a person answers, so that the forecast can be held against what happened."""
    holds_s: float = 0.0
    """For so long, if nothing but time passes, the answer stays the same: whoever asks by the clock may wait."""
    reason: str
    """One sentence with the numbers that decided, for a person to read."""
    numbers: dict[str, float] = msgspec.field(default_factory=dict)
    """The same numbers by name, for logs and plots."""


class PolicySettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a campaign may set about its pacing; a policy reads what concerns it."""

    ratio: float = 1.5
    """Calls per idle agent; read by `ratio` alone."""
    abandon_rate_target: float | None = None
    """Where a policy that steers by the abandon budget steers to; None is as near `rate_max` as is safe."""


class CallResult(StrEnum):
    """How a placed call ended, as far as pacing cares."""

    ANSWERED = "answered"
    """A person answered."""
    MACHINE = "machine"
    BUSY = "busy"
    NO_ANSWER = "no_answer"
    FAILED = "failed"
    """Congestion, wrong number, trunk trouble: ended without a person being rung to the end."""
    CANCELLED = "cancelled"
    """Given up by the dialer before its ring timeout: a censored observation."""


class CallObserved(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A placed call has come to its answer or its end; `duration_s` runs from placing to that moment."""

    at: float
    result: CallResult
    duration_s: float
    answer_probability: float | None = None


class DetectionObserved(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """AMD has judged an answered call, or has been cut short for taking too long."""

    at: float
    is_person: bool
    delay_s: float
    """From the answer to the verdict: it goes off the time in which an agent must be found."""


class TalkObserved(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A conversation has ended; `duration_s` runs from bridge to hang-up."""

    at: float
    duration_s: float
    agent_id: str = ""


class AcwObserved(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """After-call work has ended."""

    at: float
    duration_s: float
    agent_id: str = ""
    is_surprise: bool = False
    """The agent went on a pause that nobody had been told of, instead of coming free."""


class PromiseObserved(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """An agent who had given a hint has come free."""

    at: float
    lasted_s: float
    """From the hint to being free."""
    promised_s: float | None = None
    """What the agent had expected; None where they said only that it would be soon."""


class AnswerObserved(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What became of a person who answered: connected to an agent in time, or abandoned."""

    at: float
    abandoned: bool
    waited_s: float = 0.0
    risk: float | None = None
    """The risk at which the call was placed; None where the policy told none."""


Observation = CallObserved | DetectionObserved | TalkObserved | AcwObserved | PromiseObserved | AnswerObserved
