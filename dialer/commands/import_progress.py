"""How far an import has come, on the terminal: a bar, rows per second, time left."""

from typing import TextIO

from rich.console import Console
from rich.progress import BarColumn, Progress, ProgressColumn, Task, TextColumn, TimeRemainingColumn
from rich.text import Text

from campaigns.imports import LeadImport


class _RowsPerSecond(ProgressColumn):
    """Rows a second since the bar began."""

    def render(self, task: Task) -> Text:
        """See `ProgressColumn`."""
        rows = task.fields["rows"] - task.fields["rows_before"]
        elapsed = task.elapsed or 0.0
        return Text(f"{rows / elapsed:,.0f} rows/s" if elapsed > 0 and rows > 0 else "")


class ImportProgress:
    """Shows an import while it runs; off a terminal, what the columns were taken for and nothing else."""

    def __init__(self, stream: TextIO) -> None:
        self._console = Console(file=stream, highlight=False, soft_wrap=True)
        self._progress = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            TextColumn("{task.percentage:>3.0f} %"),
            TextColumn("{task.fields[rows]:,} rows"),
            _RowsPerSecond(),
            TimeRemainingColumn(),
            console=self._console,
            disable=not self._console.is_terminal,
        )
        self._task = self._progress.add_task("Importing", total=None, rows=0, rows_before=0)
        self._has_begun = False

    def __enter__(self) -> "ImportProgress":
        self._progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._progress.stop()

    def say(self, sentence: str) -> None:
        """Print a sentence above the bar."""
        self._console.print(sentence, markup=False)

    def show(self, state: LeadImport) -> None:
        """Show how far an import has come."""
        if not self._has_begun and state.columns:
            self._has_begun = True
            self.say(f"Reading {state.file_name}: {state.file}")
            self.say("Columns: " + ", ".join(f"{name} → {field}" for name, field in state.columns.items()))
            self._progress.reset(self._task, total=state.size or None, rows=state.rows, rows_before=state.rows)
        self._progress.update(self._task, completed=state.done, rows=state.rows)
