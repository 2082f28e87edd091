"""Menus: what a person who answers is told, which keys they may press, and what each of them does."""

from enum import StrEnum

import msgspec


class MenuAction(StrEnum):
    """What a key does."""

    AGENT = "agent"
    """The person is put through to an agent, inside the answer limit counted from the key."""
    MESSAGE = "message"
    """A message is played, then the call ends."""
    DISPOSITION = "disposition"
    """One of the campaign's dispositions is recorded, as an agent would, and the call ends."""
    REPEAT = "repeat"
    """The prompt is played again."""
    HANG_UP = "hang_up"
    """The call ends."""


class MenuChoice(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One thing that a menu can do."""

    action: MenuAction
    skill_group: str = ""
    """Of `agent`: whose idle agents come first; the campaign's own follow, and are all there is where it is empty."""
    message: str = ""
    """The recorded message: of `message` the one, of `disposition` what is played before the call ends, if anything."""
    disposition: str = ""
    """Of `disposition`: a name of the campaign's dispositions."""
    callback_after_s: float = 0.0
    """Of a `disposition` that means callback: how long from now until the person may be called again."""


HANG_UP = MenuChoice(action=MenuAction.HANG_UP)


class Menu(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A prompt and the keys that answer it."""

    prompt: str
    """The recorded message that names the keys."""
    keys: dict[str, MenuChoice]
    """What each key does, by key: 0 to 9, * or #."""
    wait_s: float = 5.0
    """How long a key is waited for after the prompt; one pressed during the prompt counts as well."""
    repeats_max: int = 1
    """How often the prompt is played again: where no key came, a wrong one, or one that asks for it."""
    no_key: MenuChoice = HANG_UP
    """What is done where none came after the last time."""
    wrong_key: MenuChoice = HANG_UP
    """What is done where a wrong one came after the last time."""

    @property
    def choices(self) -> tuple[MenuChoice, ...]:
        """All that it can do."""
        return (*self.keys.values(), self.no_key, self.wrong_key)

    @property
    def leads_to_agents(self) -> bool:
        """Whether somebody may ask for an agent here."""
        return any(choice.action is MenuAction.AGENT for choice in self.choices)
