"""Errors of the command line: a sentence or two on stderr and an exit code, never a traceback."""

import logging
import logging.handlers
import sys
import tempfile
import traceback
from collections.abc import Callable
from pathlib import Path

from campaigns.service.errors import CallerError, CampaignsError
from dialer.config import SettingsError
from dialer.live.starting import StartError

EXIT_FAILED = 1
EXIT_USAGE = 2
"""The command, its options or the settings are not right; nothing was tried."""
EXIT_INTERRUPTED = 130


class CommandError(Exception):
    """A command cannot be carried out; the message says why and what to do."""

    def __init__(self, message: str, exit_code: int = EXIT_FAILED) -> None:
        super().__init__(message)
        self.exit_code = exit_code


def explained(run: Callable[[], None]) -> None:
    """Run a command; whatever goes wrong ends the process with words and an exit code."""
    try:
        run()
    except CommandError as error:
        _end(str(error), error.exit_code)
    except (SettingsError, CallerError) as error:
        _end(str(error), EXIT_USAGE)
    except (CampaignsError, StartError) as error:
        _end(str(error), EXIT_FAILED)
    except BrokenPipeError:
        # The reader, `head` for example, has seen enough.
        sys.stderr.close()
        sys.exit(EXIT_FAILED)
    except KeyboardInterrupt:
        sys.exit(EXIT_INTERRUPTED)
    except Exception as error:
        where = _keep_traceback(error)
        _end(
            f"unexpected {type(error).__name__}: {error}\nThis is a fault of the dialer; its traceback is in {where}", 1
        )


def _end(message: str, exit_code: int) -> None:
    print(f"dialer: {message}", file=sys.stderr)  # noqa: T201 - the last word of a command
    sys.exit(exit_code)


def _keep_traceback(error: Exception) -> str:
    """Write the traceback to the log file, or where there is none to a file of its own; returns its name."""
    for handler in logging.getLogger().handlers:
        if isinstance(handler, logging.handlers.RotatingFileHandler):
            logging.getLogger("dialer").error("unexpected error", exc_info=error)
            return handler.baseFilename
    with tempfile.NamedTemporaryFile("w", prefix="dialer-error-", suffix=".log", delete=False) as file:
        traceback.print_exception(error, file=file)
    return str(Path(file.name))
