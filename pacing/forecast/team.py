"""What is known of single agents and answered calls beyond the floor's counts: hints, own speeds, AMD, pauses."""

import numpy as np
from msgspec.structs import replace
from numpy.typing import NDArray

from pacing.estimators.agent_speeds import AgentSpeeds
from pacing.estimators.detection import Detection
from pacing.estimators.promises import Promises
from pacing.estimators.share import Share
from pacing.forecast.net import Part
from pacing.forecast.primitives import HORIZON_COUNT, Primitives
from pacing.forecast.rows import KNOTS, KNOTS_S, Selection, Subset, spread
from pacing.model import (
    AcwObserved,
    DetectionObserved,
    Observation,
    PromiseObserved,
    Snapshot,
    TalkObserved,
)

Array = NDArray[np.float64]

FACTORS = (0.6, 0.775, 1.0, 1.29, 1.67)
"""Classes of speed, as multiples of the team's durations; an agent belongs to the nearest."""
ORDINARY = 2
_LOG_FACTORS = np.log(FACTORS)
SPREAD_MIN = 0.15
"""Agents whose log speeds lie no further apart than this are all taken for ordinary: it would gain nothing."""
CLASS_LIFE_S = 60.0
SURPRISE_HALF_LIFE = 300.0
SURPRISE_PRIOR_EVENTS = 50.0
GRACE_STEP_S = 0.1
"""Tables are made for a grace, so it moves in steps."""


class Team:
    """Estimators of single agents and of AMD, and what they add to a forecast."""

    def __init__(self) -> None:
        self._talk = AgentSpeeds()
        self._acw = AgentSpeeds()
        self._promises = Promises()
        self._detection = Detection()
        self._surprises = Share(0.0, SURPRISE_PRIOR_EVENTS, SURPRISE_HALF_LIFE)
        self._tables: tuple[Primitives, Selection] | None = None
        self._classes: dict[str, tuple[int, int]] = {}
        """By agent: class of talk and class of ACW."""
        self._classes_at = -CLASS_LIFE_S

    def learn(self, observation: Observation) -> None:
        """Update the estimator that the observation concerns."""
        match observation:
            case TalkObserved(at=at, duration_s=duration_s, agent_id=agent_id):
                self._talk.update(agent_id, duration_s, at)
            case AcwObserved(at=at, duration_s=duration_s, agent_id=agent_id, is_surprise=is_surprise):
                self._acw.update(agent_id, duration_s, at)
                self._surprises.update(is_surprise, at)
            case PromiseObserved(at=at, lasted_s=lasted_s, promised_s=promised_s):
                self._promises.update(lasted_s, promised_s, at)
            case DetectionObserved(at=at, is_person=is_person, delay_s=delay_s):
                self._detection.update(is_person, delay_s, at)

    @property
    def staying(self) -> float:
        """The chance that an agent who comes to the end of their ACW is free then, and not on a sudden pause."""
        return 1.0 - self._surprises.belief().value

    def grace_s(self, snapshot: Snapshot) -> float:
        """What is left of the answer limit once AMD has listened."""
        delay = self._detection.value(snapshot.now)
        if delay is None:
            return snapshot.answer_limit_s
        left = max(snapshot.answer_limit_s - delay.value, 0.0)
        return round(left / GRACE_STEP_S) * GRACE_STEP_S

    def parts(self, snapshot: Snapshot, primitives: Primitives) -> tuple[Snapshot, list[Part]]:
        """The snapshot without the agents told apart here, and they and answered calls as parts of a forecast."""
        parts: list[Part] = []
        if snapshot.promises:
            within_s = primitives.horizons_s + primitives.grace_s
            free = self._promises.free(snapshot.promises, snapshot.now, within_s)
            parts.append((Selection(free * self.staying), np.ones(len(free))))
        if snapshot.detecting_calls:
            persons = -self._detection.person_share().value
            parts.append((Selection(np.full((1, HORIZON_COUNT), persons)), np.array([float(snapshot.detecting_calls)])))
        if snapshot.talking_ids or snapshot.acw_ids:
            snapshot = self._by_speed(snapshot, primitives, parts)
        return snapshot, parts

    def _by_speed(self, snapshot: Snapshot, primitives: Primitives, parts: list[Part]) -> Snapshot:
        """Take agents of a speed of their own out of the snapshot and make them a part."""
        self._renew_classes(snapshot)
        if not self._classes:
            return snapshot
        first: list[int] = []
        apart: list[float] = []
        talking = self._told_apart(0, snapshot.talking_ids, snapshot.talking_since, first, apart)
        acw = self._told_apart(1, snapshot.acw_ids, snapshot.acw_since, first, apart)
        if not apart:
            return snapshot
        low, share = spread(snapshot.now - np.array(apart))
        low += np.array(first)
        size = 2 * len(FACTORS) * KNOTS
        tally = np.asarray(np.bincount(low, 1.0 - share, size), dtype=np.float64)
        tally += np.bincount(low + 1, share, size)
        held = tally.nonzero()[0]
        parts.append((Subset(self._table(primitives), held), tally[held]))
        return replace(snapshot, talking_since=talking, acw_since=acw)

    def _told_apart(
        self, kind: int, ids: tuple[str, ...], since: tuple[float, ...], first: list[int], apart: list[float]
    ) -> tuple[float, ...]:
        """Sort out the agents whose class of talk (0) or ACW (1) is not the ordinary one; returns the others.

        `first` takes in where the rows of their classes begin, `apart` since when they have been busy.
        """
        classes = self._classes
        ordinary: list[float] = []
        for agent_id, began in zip(ids, since, strict=True):
            found = classes.get(agent_id)
            if found is None or found[kind] == ORDINARY:
                ordinary.append(began)
            else:
                first.append((kind * len(FACTORS) + found[kind]) * KNOTS)
                apart.append(began)
        return tuple(ordinary)

    def _table(self, primitives: Primitives) -> Selection:
        """Chances of every class at every knot, for talk and then for ACW."""
        if self._tables is None or self._tables[0] is not primitives:
            talk = [primitives.free_from_talk(KNOTS_S, factor) for factor in FACTORS]
            acw = [primitives.free_from_acw(KNOTS_S, factor) for factor in FACTORS]
            self._tables = (primitives, Selection(np.concatenate(talk + acw)))
        return self._tables[1]

    def _renew_classes(self, snapshot: Snapshot) -> None:
        now = snapshot.now
        if 0.0 <= now - self._classes_at < CLASS_LIFE_S:
            return
        self._classes_at = now
        self._classes = {}
        differ = [speeds.is_known and speeds.spread(now) > SPREAD_MIN for speeds in (self._talk, self._acw)]
        if not any(differ):
            return
        for agent_id in self._talk.agents():
            talk, acw = (
                _class(speeds, agent_id, now) if differs else ORDINARY
                for speeds, differs in zip((self._talk, self._acw), differ, strict=True)
            )
            if (talk, acw) != (ORDINARY, ORDINARY):
                self._classes[agent_id] = (talk, acw)


def _class(speeds: AgentSpeeds, agent_id: str, now: float) -> int:
    factor = speeds.value(agent_id, now)
    return ORDINARY if factor is None else int(np.abs(_LOG_FACTORS - np.log(factor.value)).argmin())
