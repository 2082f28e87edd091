"""Finished runs, in memory or in a file of JSON lines: nothing is run twice, and interrupted work goes on later."""

import hashlib
from pathlib import Path

import msgspec

from simulation.calibration.writing import scenario_toml
from simulation.experiments.figures import ReplicationFigures
from simulation.experiments.jobs import Done, Job
from simulation.scenario.loading import ScenarioError

KEY_DIGITS = 24


class KeptRun(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the file."""

    key: str
    policy: str
    """For people who read the file, and to leave a policy's runs out."""
    figures: ReplicationFigures


class KeptRuns:
    """What has been run before, found again by scenario, seed and replication; the file grows with every run.

    A run knows nothing of the code that made it: after a change of a policy its runs have to be made anew.
    """

    def __init__(self, path: Path | None = None, without: frozenset[str] = frozenset()) -> None:
        """Without a path runs are kept in memory alone; `without` names policies whose kept runs are not to be used.

        Raises:
            ScenarioError: the file cannot be read, or is something else.
        """
        self._path = path
        self._figures: dict[str, ReplicationFigures] = {}
        if path is not None:
            self._read(path, without)

    def __len__(self) -> int:
        return len(self._figures)

    def find(self, job: Job) -> Done | None:
        """What this job gave, if it was run before."""
        figures = self._figures.get(key_of(job))
        return Done(job.variant, figures) if figures is not None else None

    def add(self, job: Job, done: Done) -> None:
        """Keep what a job gave, on disk at once."""
        policy = job.scenario.campaigns[0].pacing.policy
        kept = KeptRun(key=key_of(job), policy=policy, figures=done.figures)
        self._figures[kept.key] = done.figures
        if self._path is not None:
            with self._path.open("ab") as file:
                file.write(msgspec.json.encode(kept) + b"\n")

    def _read(self, path: Path, without: frozenset[str]) -> None:
        try:
            lines = path.read_bytes().splitlines() if path.exists() else []
        except OSError as error:
            raise ScenarioError(f"{path}: cannot be read: {error.strerror}") from None
        decoder = msgspec.json.Decoder(KeptRun)
        for number, line in enumerate(lines, 1):
            try:
                kept = decoder.decode(line)
            except msgspec.DecodeError:
                if number == len(lines):
                    # The last line of an interrupted run may be half written.
                    path.write_bytes(b"".join(one + b"\n" for one in lines[:-1]))
                    break
                raise ScenarioError(f"{path}:{number}: not a file of kept runs") from None
            if kept.policy not in without:
                self._figures[kept.key] = kept.figures


def key_of(job: Job) -> str:
    """The same for two jobs that simulate the same: scenario, seed and number of the replication."""
    # As TOML, which leaves out defaults: a setting that is new and not used changes no key.
    content = f"{scenario_toml(job.scenario)}\n{job.seed} {job.replication}"
    return hashlib.sha256(content.encode()).hexdigest()[:KEY_DIGITS]
