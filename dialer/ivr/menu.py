"""A person's way through a menu: what they press and how long they think in, what is to be done next out.

Theory of operation
-------------------
The menu is played in rounds, `repeats_max` after the first. A round is the prompt and then a time to wait; a key counts
in both. A key of the menu's ends the walk with its choice, or begins the next round where it asks for that; so does a
wrong key, and a wait in which none comes. Where there is no round left, the choice for a wrong key or for none ends it.
Every walk therefore ends, at the latest after (repeats_max + 1) * (prompt_s_max + wait_s) seconds.
"""

from typing import NamedTuple

from campaigns.menus import Menu, MenuAction, MenuChoice

EARLY_S_MAX = 0.05
"""Clocks fire a little early at times."""


class Play(NamedTuple):
    """Play the prompt from its beginning."""

    message: str
    until: float
    """When it is cut off, Unix seconds."""


class Wait(NamedTuple):
    """Be silent and wait for a key."""

    until: float
    """Unix seconds."""


class Leave(NamedTuple):
    """The walk is over: do this."""

    choice: MenuChoice
    key: str
    """The key that led here; empty where none did."""


Next = Play | Wait | Leave


class MenuWalk:
    """One call's way through a menu; it keeps the menu it began with, whatever the campaign's is later."""

    __slots__ = ("_due", "_is_playing", "_prompt_s_max", "_rounds_left", "menu")

    def __init__(self, menu: Menu, prompt_s_max: float) -> None:
        self.menu = menu
        self._prompt_s_max = prompt_s_max
        self._rounds_left = menu.repeats_max + 1
        self._is_playing = False
        self._due: float | None = None
        """When the prompt is cut off, or the wait is over; None before the beginning and after the end."""

    @property
    def is_over(self) -> bool:
        """Whether there is nothing to wait for."""
        return self._due is None

    def begin(self, now: float) -> Play:
        """The person is there: the first round."""
        assert self._due is None, "a walk begins once"
        return self._play(now)

    def press(self, key: str, now: float) -> Play | Leave | None:
        """A key was pressed; None once the walk is over."""
        if self._due is None:
            return None
        choice = self.menu.keys.get(key)
        if choice is None:
            return self._again(self.menu.wrong_key, key, now)
        if choice.action is MenuAction.REPEAT:
            return self._again(self.menu.no_key, key, now)
        return self._leave(choice, key)

    def prompt_over(self, now: float) -> Wait | None:
        """The prompt has been played to its end, or is cut off; None where none was playing."""
        if self._due is None or not self._is_playing:
            return None
        self._is_playing = False
        self._due = now + self.menu.wait_s
        return Wait(self._due)

    def time_up(self, now: float) -> Next | None:
        """The time has come that `Play` or `Wait` named; None where it was another's, or the walk is over."""
        if self._due is None or now < self._due - EARLY_S_MAX:
            return None
        return self.prompt_over(now) if self._is_playing else self._again(self.menu.no_key, "", now)

    def _again(self, otherwise: MenuChoice, key: str, now: float) -> Play | Leave:
        return self._play(now) if self._rounds_left else self._leave(otherwise, key)

    def _play(self, now: float) -> Play:
        self._rounds_left -= 1
        self._is_playing = True
        self._due = now + self._prompt_s_max
        return Play(self.menu.prompt, self._due)

    def _leave(self, choice: MenuChoice, key: str) -> Leave:
        self._due = None
        return Leave(choice, key)
