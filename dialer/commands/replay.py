"""`dialer replay`: feeds a recorded trace to a fresh engine and says whether it still decides the same."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import msgspec
import typer

from dialer.commands.errors import EXIT_USAGE, CommandError

if TYPE_CHECKING:
    from dialer.messages import Command
    from dialer.runner import Difference

COMMANDS_SHOWN = 5


def replay_command(trace: Annotated[Path, typer.Argument(help="File written by `dialer serve --trace FILE`.")]) -> None:
    """Replay a trace and report the first step whose commands differ; exit code 1 when there is one."""
    # Imported here, as in other commands that need the engine: it takes a second that those without it should not wait.
    from dialer.runner import TraceError, replay

    try:
        difference = replay(trace)
    except TraceError as error:
        raise CommandError(str(error)) from None
    except OSError as error:
        raise CommandError(f"the trace {trace} cannot be read: {error.strerror}", EXIT_USAGE) from None
    if difference is None:
        typer.echo(f"{trace}: every step gives the recorded commands.")
    else:
        raise CommandError(f"{trace}, line {difference.line}: {_described(difference)}")


def _described(difference: "Difference") -> str:
    parallel = zip(difference.recorded, difference.replayed, strict=False)
    same = next((index for index, (old, new) in enumerate(parallel) if old != new), None)
    start = min(len(difference.recorded), len(difference.replayed)) if same is None else same
    return (
        f"{type(difference.event).__name__} at {difference.now:.3f} gives other commands than recorded, "
        f"from the {start + 1}. on\n"
        f"  event:    {_json(difference.event)}\n"
        f"  recorded: {_shown(difference.recorded[start:])}\n"
        f"  replayed: {_shown(difference.replayed[start:])}"
    )


def _shown(commands: "list[Command]") -> str:
    if not commands:
        return "nothing"
    more = len(commands) - COMMANDS_SHOWN
    return " ".join(_json(command) for command in commands[:COMMANDS_SHOWN]) + (f" and {more} more" if more > 0 else "")


def _json(message: msgspec.Struct) -> str:
    return msgspec.json.encode(message).decode()
