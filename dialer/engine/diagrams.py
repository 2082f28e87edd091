"""The documentation pages of the two state machines, drawn from their transition tables.

`scripts/draw-state-diagrams` writes them; a test fails when a committed page is not what the table draws.
"""

from collections.abc import Mapping
from enum import StrEnum
from inspect import cleandoc
from typing import Any

from dialer.ccs import agents
from dialer.pds import calls

NOTE = "Drawn from the transition table by `scripts/draw-state-diagrams`; change the table, not this page."

Table = Mapping[tuple[Any, Any], StrEnum]
"""State and trigger, to the next state."""


def pages() -> dict[str, str]:
    """Each page's path in the project, and its text."""
    return {
        "docs/concepts/agent-states.md": _page(
            "Agent states", "dialer/ccs/agents.py", agents.__doc__ or "", agents.TRANSITIONS
        ),
        "docs/concepts/call-states.md": _page(
            "Call states", "dialer/pds/calls.py", calls.__doc__ or "", calls.TRANSITIONS
        ),
    }


def mermaid(table: Table) -> str:
    """A Mermaid state diagram of a table; triggers that lead from one state to the same other share an arrow."""
    arrows: dict[tuple[str, str], list[str]] = {}
    for (before, trigger), after in table.items():
        arrows.setdefault((str(before), str(after)), []).append(str(trigger))
    first = next(iter(arrows))[0]
    lines = ["stateDiagram-v2", f"    [*] --> {first}"]
    lines += [f"    {before} --> {after}: {', '.join(triggers)}" for (before, after), triggers in arrows.items()]
    left = {before for before, _ in arrows}
    lasts = dict.fromkeys(after for _, after in arrows if after not in left)
    lines += [f"    {last} --> [*]" for last in lasts]
    return "\n".join(lines)


def _page(title: str, module: str, docstring: str, table: Table) -> str:
    theory = cleandoc(docstring).partition("-------------------\n")[2]
    drawing = f"```mermaid\n{mermaid(table)}\n```"
    return "\n\n".join((f"# {title}", NOTE, drawing, theory.strip(), f"The table is in `{module}`.")) + "\n"
