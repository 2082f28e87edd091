"""A walk through a menu: what each key leads to, and that every walk comes to its end in bounded time."""

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from campaigns.menus import HANG_UP, Menu, MenuAction, MenuChoice
from dialer.ivr.menu import Leave, MenuWalk, Next, Play, Wait

AGENT = MenuChoice(action=MenuAction.AGENT)
REPEAT = MenuChoice(action=MenuAction.REPEAT)
STOP = MenuChoice(action=MenuAction.DISPOSITION, disposition="do_not_call")
INFORM = MenuChoice(action=MenuAction.MESSAGE, message="hours")
MENU = Menu(prompt="offer", keys={"1": AGENT, "9": STOP, "*": REPEAT}, wait_s=5.0, repeats_max=1, no_key=INFORM)
PROMPT_S_MAX = 30.0


def begun(menu: Menu = MENU) -> MenuWalk:
    walk = MenuWalk(menu, PROMPT_S_MAX)
    assert walk.begin(100.0) == Play("offer", 130.0)
    return walk


def test_a_key_counts_during_the_prompt_and_after_it() -> None:
    assert begun().press("1", 101.0) == Leave(AGENT, "1")
    walk = begun()
    assert walk.prompt_over(108.0) == Wait(113.0)
    assert walk.press("9", 110.0) == Leave(STOP, "9")
    assert walk.is_over


def test_without_a_key_the_prompt_is_repeated_and_then_the_menu_says_what() -> None:
    walk = begun()
    walk.prompt_over(108.0)
    assert walk.time_up(112.0) is None
    assert walk.time_up(113.0) == Play("offer", 143.0)
    walk.prompt_over(121.0)
    assert walk.time_up(126.0) == Leave(INFORM, "")


def test_wrong_keys_and_those_that_ask_for_it_repeat_the_prompt_as_often_as_allowed() -> None:
    walk = begun()
    assert walk.press("5", 101.0) == Play("offer", 131.0)
    assert walk.press("5", 102.0) == Leave(HANG_UP, "5")
    walk = begun()
    assert walk.press("*", 101.0) == Play("offer", 131.0)
    assert walk.press("*", 102.0) == Leave(INFORM, "*")


def test_a_prompt_without_end_is_cut_off() -> None:
    walk = begun()
    assert walk.time_up(130.0) == Wait(135.0)
    assert walk.prompt_over(131.0) is None


def test_after_its_end_nothing_counts() -> None:
    walk = begun()
    walk.press("1", 101.0)
    assert walk.press("9", 102.0) is walk.prompt_over(103.0) is walk.time_up(1000.0) is None


def test_the_menu_knows_whether_it_leads_to_agents() -> None:
    assert MENU.leads_to_agents
    assert not Menu(prompt="offer", keys={"9": STOP}).leads_to_agents
    assert Menu(prompt="offer", keys={"9": STOP}, no_key=AGENT).leads_to_agents


@pytest.mark.parametrize("repeats_max", [0, 5])
def test_only_silence_ends_it_after_all_rounds(repeats_max: int) -> None:
    walk, now, rounds = MenuWalk(Menu(prompt="p", keys={"1": AGENT}, repeats_max=repeats_max), 30.0), 0.0, 0
    step: Next | None = walk.begin(now)
    while not isinstance(step, Leave):
        assert isinstance(step, Play | Wait)
        rounds += isinstance(step, Play)
        now = step.until
        step = walk.time_up(now)
    assert rounds == repeats_max + 1
    assert now == (repeats_max + 1) * (30.0 + 5.0)


KEYS = "0123456789*#ABCD"
CHOICES = st.sampled_from([AGENT, REPEAT, STOP, INFORM, HANG_UP])
ENDINGS = st.sampled_from([AGENT, STOP, INFORM, HANG_UP])
MENUS = st.builds(
    Menu,
    prompt=st.just("offer"),
    keys=st.dictionaries(st.sampled_from(KEYS[:12]), CHOICES, min_size=1),
    wait_s=st.floats(1.0, 30.0),
    repeats_max=st.integers(0, 5),
    no_key=ENDINGS,
    wrong_key=ENDINGS,
)


class WalkMachine(RuleBasedStateMachine):
    """Keys, ends of prompts and timers in any order: the walk ends in time, and does nothing after its end."""

    @initialize(menu=MENUS)
    def begin(self, menu: Menu) -> None:
        self.menu = menu
        self.walk = MenuWalk(menu, PROMPT_S_MAX)
        self.now = 0.0
        self.plays = 0
        self.ended = False
        self._note(self.walk.begin(self.now))

    def _note(self, step: Next | None) -> None:
        if isinstance(step, Play | Wait):
            assert not self.ended, "nothing is played or waited for after the end"
            self.due = step.until
            self.plays += isinstance(step, Play)
        elif isinstance(step, Leave):
            assert not self.ended, "a walk ends once"
            assert step.choice.action is not MenuAction.REPEAT
            self.ended = True

    @rule(key=st.sampled_from(KEYS))
    def press(self, key: str) -> None:
        self._note(self.walk.press(key, self.now))

    @rule()
    def prompt_over(self) -> None:
        self._note(self.walk.prompt_over(self.now))

    @rule(share=st.floats(0.0, 1.0))
    @precondition(lambda self: not self.ended)
    def time_passes(self, share: float) -> None:
        self.now += share * (self.due - self.now)
        self._note(self.walk.time_up(self.now))

    @rule()
    @precondition(lambda self: not self.ended)
    def time_is_up(self) -> None:
        self.now = max(self.now, self.due)
        self._note(self.walk.time_up(self.now))

    @rule(late_s=st.floats(0.0, 1000.0))
    @precondition(lambda self: self.ended)
    def stale_timer(self, late_s: float) -> None:
        assert self.walk.time_up(self.now + late_s) is None

    @invariant()
    def is_bounded(self) -> None:
        if hasattr(self, "walk"):
            assert self.walk.is_over is self.ended
            assert self.plays <= self.menu.repeats_max + 1
            assert self.now <= (self.menu.repeats_max + 1) * (PROMPT_S_MAX + self.menu.wait_s) + 1e-6

    def teardown(self) -> None:
        """Left alone, it ends by itself."""
        if not hasattr(self, "walk"):
            return
        for _ in range(2 * (self.menu.repeats_max + 1)):
            if self.ended:
                break
            self.time_is_up()
        assert self.ended
        self.is_bounded()


TestWalk = WalkMachine.TestCase
TestWalk.settings = settings(max_examples=60, stateful_step_count=20, deadline=None)
