"""How fast each agent works: talk and ACW as multiples of the team's, pooled towards it while data are few."""

import math

from pacing.estimators.estimate import Estimate

HALF_LIFE_S = 4 * 3600.0
SPREAD_PRIOR = 0.15
SPREAD_PRIOR_AGENTS = 5.0
"""How far agents' log speeds lie apart, before anything is seen of it; as firm as after so many agents."""
OWN_MIN = 3.0
"""Observations of an agent before they say anything about how far agents lie apart."""
AGENTS_MAX = 20_000


class _Sums:
    """Weight, sum and sum of squares of log durations, exponentially forgotten."""

    __slots__ = ("at", "squares", "total", "weight")

    def __init__(self, at: float) -> None:
        self.weight = self.total = self.squares = 0.0
        self.at = at

    def fade(self, now: float) -> None:
        keep = 0.5 ** (max(now - self.at, 0.0) / HALF_LIFE_S)
        self.weight, self.total, self.squares = self.weight * keep, self.total * keep, self.squares * keep
        self.at = max(now, self.at)

    def add(self, value: float, now: float) -> None:
        self.fade(now)
        self.weight += 1.0
        self.total += value
        self.squares += value * value


class AgentSpeeds:
    """Each agent's mean log duration relative to the team's, shrunk by how far agents really lie apart.

    The one-way random-effects model: an agent's effect is estimated as own mean less team mean, times n / (n + σ²/τ²)
    (Robinson 1991, Statistical Science 6:15). σ² is the spread within agents, τ² that between them, by the method of
    moments from the agents themselves: in a team whose members work alike nobody is told apart, however often chance
    makes somebody look slow. Half-life four hours.
    """

    def __init__(self) -> None:
        self._agents: dict[str, _Sums] = {}
        self._team: _Sums | None = None
        self._spread = SPREAD_PRIOR**2
        self._spread_at = -math.inf

    def update(self, agent_id: str, duration_s: float, now: float) -> None:
        """Count one talk or ACW of an agent."""
        value = math.log(max(duration_s, 0.5))
        if self._team is None:
            self._team = _Sums(now)
        self._team.add(value, now)
        sums = self._agents.pop(agent_id, None) or _Sums(now)
        sums.add(value, now)
        self._agents[agent_id] = sums
        if len(self._agents) > AGENTS_MAX:
            del self._agents[next(iter(self._agents))]

    @property
    def is_known(self) -> bool:
        """Whether anything has been seen of anybody."""
        return self._team is not None

    def agents(self) -> tuple[str, ...]:
        """Everybody of whom something was seen, those seen last at the end."""
        return tuple(self._agents)

    def value(self, agent_id: str, now: float) -> Estimate | None:
        """The factor on the team's durations, and its uncertainty; None for an agent never seen."""
        sums = self._agents.get(agent_id)
        if sums is None or self._team is None:
            return None
        within, between = self._spreads(now)
        sums.fade(now)
        own = sums.weight
        trust = own / (own + within / between) if between > 0.0 else 0.0
        effect = trust * (sums.total / own - self._team.total / self._team.weight) if own > 0.0 else 0.0
        factor = math.exp(effect)
        return Estimate(factor, factor * math.sqrt(between * (1.0 - trust)))

    def spread(self, now: float) -> float:
        """How far agents lie apart: standard deviation of their log speeds, chance taken off."""
        return math.sqrt(self._spreads(now)[1])

    def _spreads(self, now: float) -> tuple[float, float]:
        """Variances within and between agents; made anew at most once a minute."""
        team = self._team
        assert team is not None
        team.fade(now)
        mean = team.total / team.weight
        within = max(team.squares / team.weight - mean * mean, 0.05)
        if now - self._spread_at < 60.0:
            return within, self._spread
        total, count = SPREAD_PRIOR_AGENTS * SPREAD_PRIOR**2, SPREAD_PRIOR_AGENTS
        for sums in self._agents.values():
            sums.fade(now)
            if sums.weight >= OWN_MIN:
                # An agent's mean lies off the team's by its own effect and by chance; chance is known.
                apart = (sums.total / sums.weight - mean) ** 2 - within / sums.weight
                weight = 1.0 / (1.0 + within / sums.weight / SPREAD_PRIOR**2)
                total += weight * apart
                count += weight
        self._spread = max(total / count, 0.0)
        self._spread_at = now
        return within, self._spread
