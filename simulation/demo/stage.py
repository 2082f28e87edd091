"""The folder of one demo: settings of the dialer, scenario of the carrier, and where each part writes."""

import csv
import json
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import numpy as np

from simulation.models.distributions import Empirical

LEADS = Path(__file__).parent / "leads.csv"
SKILL_GROUP = "sales"
ABANDON_RATE_MAX = 0.03
RING_TIMEOUT_S = 15.0
"""The legal minimum."""
TALK_S_MEAN = 13.0
TALK_S_MAX = 45.0
QUANTILES = 101
HANG_UP_SHARE = 0.8
"""Customers who end the conversation themselves; with the others the agent does."""


class Stage(msgspec.Struct, frozen=True, kw_only=True):
    """The files of one demo."""

    folder: Path
    seed: int

    @property
    def database_url(self) -> str:
        """The demo's own database."""
        return f"sqlite:///{self.folder / 'dialer.sqlite3'}"

    @property
    def trace(self) -> Path:
        """Everything the engine saw and did."""
        return self.folder / "trace.jsonl"

    @property
    def settings(self) -> Path:
        """What `dialer serve` is told."""
        return self.folder / "dialer.toml"

    @property
    def scenario(self) -> Path:
        """What the carrier is told."""
        return self.folder / "carrier.toml"

    @property
    def carrier_status(self) -> Path:
        """What the carrier has counted."""
        return self.folder / "carrier.json"

    @property
    def phones_status(self) -> Path:
        """What the telephones have heard."""
        return self.folder / "phones.json"

    @property
    def cdrs(self) -> Path:
        """The call detail records."""
        return self.folder / "cdrs.csv"

    def write_scenario(self) -> None:
        """Write the carrier's scenario."""
        self.scenario.write_text(carrier_scenario(self.seed), encoding="utf-8")

    def write_settings(self, carrier_address: str, agents: int) -> None:
        """Write the dialer's settings, with the carrier as its one trunk and every port left to the system."""
        channels = max(100, 20 * agents)
        lines = [
            "# Written by `dialer demo`; `dialer config --example` explains every key.",
            "[service]",
            "port = 0",
            "shutdown_s = 5.0",
            "",
            "[database]",
            f"url = {json.dumps(self.database_url)}",
            "",
            "[sip]",
            "port = 0",
            "",
            "[trace]",
            f"path = {json.dumps(str(self.trace))}",
            "",
            "[log]",
            f"path = {json.dumps(str(self.folder / 'dialer.log'))}",
            "",
            "[[trunks]]",
            'name = "carrier"',
            f"address = {json.dumps(carrier_address)}",
            'caller_id = "+12025550100"',
            f"channels_max = {channels}",
            "",
        ]
        self.settings.write_text("\n".join(lines), encoding="utf-8")


def make_stage(parent: Path, seed: int, now: float) -> Stage:
    """Make a new folder named for the time.

    Raises:
        OSError: it cannot be made.
    """
    name = datetime.fromtimestamp(now, UTC).astimezone().strftime("%Y%m%d-%H%M%S")
    parent.mkdir(parents=True, exist_ok=True)
    for suffix in ("", *(f"-{n}" for n in range(2, 100))):
        folder = parent.resolve() / f"{name}{suffix}"
        try:
            folder.mkdir()
        except FileExistsError:
            continue
        return Stage(folder=folder, seed=seed)
    raise FileExistsError(f"{parent / name} and 98 more of that second exist")


def carrier_scenario(seed: int) -> str:
    """Customers of an ordinary list, all their times scaled down with the talk times."""
    talk = talk_times()
    return f"""\
# Written by `dialer demo`; `dialer carrier example` explains the keys.
seed = {seed}
sound = "echo"
hang_up_share = {HANG_UP_SHARE}

[customers]
answer_probability = 0.4
machine = 0.15
no_answer = 0.2
failure = 0.65
failures = {{ busy = 0.5, invalid_number = 0.25, congestion = 0.1, rejected = 0.15 }}
post_dial_delay = {{ kind = "uniform", low_s = 0.1, high_s = 0.5 }}
answer_delay = {{ kind = "lognormal", mean_s = 4.0, cv = 0.4, max_s = 12.0 }}
machine_delay = {{ kind = "lognormal", mean_s = 6.0, cv = 0.3, max_s = 12.0 }}
failure_delay = {{ kind = "uniform", low_s = 0.3, high_s = 2.0 }}
machine_talk = {{ kind = "lognormal", mean_s = 4.0, cv = 0.3 }}
patience = {{ kind = "lognormal", mean_s = 5.0, cv = 0.6 }}

[customers.talk]    # the column `duration` of the lead list, scaled down
kind = "empirical"
quantiles_s = {list(talk.quantiles_s)}
max_s = {TALK_S_MAX}
"""


def talk_times() -> Empirical:
    """The `duration` column of the lead list as a distribution, scaled down; see the README beside it."""
    with LEADS.open(encoding="utf-8", newline="") as file:
        durations_s = np.array([float(row["duration"]) for row in csv.DictReader(file)])
    quantiles = np.quantile(durations_s * (TALK_S_MEAN / durations_s.mean()), np.linspace(0.0, 1.0, QUANTILES))
    return Empirical(quantiles_s=tuple(float(value) for value in np.round(quantiles, 2)), max_s=TALK_S_MAX)


def campaign_settings() -> dict[str, object]:
    """The demo's campaign, as the REST API takes it; it may call at any hour, for nobody is called."""
    return {
        "name": "Demo",
        "skill_group": SKILL_GROUP,
        "pacing": {"policy": "predictive", "abandon_rate_max": ABANDON_RATE_MAX},
        "ring_timeout_s": RING_TIMEOUT_S,
        "calling_window": {"start": "00:00", "end": "24:00"},
        "acw_s_max": 30.0,
    }
