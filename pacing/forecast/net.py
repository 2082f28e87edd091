"""Agents coming free less people answering: the distribution that says what the next call risks."""

import math

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

FREQUENCIES = 16
WINDOW_SD = 6.0
WINDOW_MARGIN = 4.0
"""The window over which the distribution is resolved: this many standard deviations and agents to either side."""


class NetForecast:
    """The distribution of agents free less people waiting, at each horizon, under calls that can be added one by one.

    At horizon k the net number is `surplus` + Σ Bernoulli(frees[j, k]) − Σ Bernoulli(answers[i, k]), a difference of
    two Poisson-binomial variables. Its distribution function at zero is read off the characteristic function by the
    discrete Fourier inversion (Hong 2013, Computational Statistics & Data Analysis 59:41) on a window of
    `WINDOW_SD` standard deviations, with the frequencies beyond which the characteristic function has died out left
    away. For a small team that is the exact distribution; for a large one the error stays under 1e-5, with no switch
    between methods. A call more is one multiplication of the characteristic function.
    """

    def __init__(self, surplus: int, frees: Array, answers: Array, new_answer: Array, weights: Array) -> None:
        """Take the chances by horizon: of each busy agent being free, of each call in flight and a new one answered.

        Args:
            surplus: idle agents less answered calls waiting.
            frees: (busy agents, horizons).
            answers: (calls in flight, horizons).
            new_answer: (horizons,) for a call placed now.
            weights: (horizons,) chance that a new call, if answered, is answered at that horizon; sums to 1.
        """
        self._surplus = surplus
        self._frees = frees
        self._answers = answers
        self._new_answer = new_answer
        self._weights = weights
        self.mean = surplus + frees.sum(axis=0) - answers.sum(axis=0)
        self.variance = (frees * (1.0 - frees)).sum(axis=0) + (answers * (1.0 - answers)).sum(axis=0)
        self._added = 0
        self._room = 0
        self._terms = np.zeros(0, dtype=np.complex128)
        self._constant = np.zeros(0)
        self._new_factor = self._terms
        self._resolve(8)

    def risk(self) -> float:
        """Chance that a call placed now, if a person answers it, finds no agent in time."""
        by_horizon = self._constant + self._terms.real.sum(axis=1)
        return float(min(max(by_horizon @ self._weights, 0.0), 1.0))

    def add_call(self) -> None:
        """Place one more call of the new kind."""
        self._added += 1
        if self._added > self._room:
            self._resolve(2 * self._room)
        else:
            self._terms = self._terms * self._new_factor

    def _resolve(self, room: int) -> None:
        """Lay the window and evaluate the characteristic function, leaving room for that many calls more."""
        self._room = room
        extra = room * self._new_answer
        sd = np.sqrt(self.variance + extra * (1.0 - self._new_answer))
        half = np.ceil(WINDOW_SD * sd + WINDOW_MARGIN + extra / 2)
        size = 2.0 * half + 1.0
        low = np.floor(self.mean - extra / 2 - half)
        below = np.clip(1.0 - low, 0.0, size)
        order = np.arange(1, FREQUENCIES + 1)
        angle = (2.0 * math.pi / size)[:, None] * order
        turn = np.exp(1j * angle)
        back = turn.conj()
        self._new_factor = 1.0 + self._new_answer[:, None] * (back - 1.0)
        inside = order <= half[:, None]
        kernel = np.sin(below[:, None] * angle / 2) / np.where(inside, np.sin(angle / 2), 1.0) * (2.0 / size)[:, None]
        kernel = np.where(inside, kernel, 0.0)
        terms = kernel * np.exp(1j * angle * (self._surplus - low[:, None] / 2))
        if len(self._frees):
            terms = terms * np.prod(1.0 + self._frees[:, :, None] * (turn - 1.0), axis=0)
        if len(self._answers):
            terms = terms * np.prod(1.0 + self._answers[:, :, None] * (back - 1.0), axis=0)
        self._terms = terms * self._new_factor**self._added
        self._constant = below / size
