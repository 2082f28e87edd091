import csv
from pathlib import Path

import pytest

from campaigns.importing.leads import import_file
from campaigns.rules.gate import window_refusal
from campaigns.service.campaigns import create_campaign
from campaigns.store.memory import MemoryStore
from dialer.config import read_settings
from simulation.carrier.scenario import load_carrier_scenario
from simulation.demo.stage import LEADS, TALK_S_MEAN, campaign_settings, make_stage, talk_times

NOW = 1_760_000_000.0


def test_every_demo_gets_a_folder_of_its_own(tmp_path: Path) -> None:
    folders = [make_stage(tmp_path / "demo output", 1, NOW).folder for _ in range(3)]
    assert len(set(folders)) == 3
    assert all(folder.is_dir() and folder.is_absolute() for folder in folders)
    assert folders[1].name == f"{folders[0].name}-2"


def test_the_files_are_what_dialer_and_carrier_read(tmp_path: Path) -> None:
    stage = make_stage(tmp_path, 7, NOW)
    stage.write_scenario()
    scenario = load_carrier_scenario(stage.scenario)
    assert scenario.seed == 7
    assert scenario.customers.talk == talk_times()
    stage.write_settings("127.0.0.1:5070", agents=20)
    settings = read_settings(stage.settings, {})
    assert settings.trunks[0].address == "127.0.0.1:5070"
    assert settings.trunks[0].channels_max == 400
    assert settings.database.url == stage.database_url
    assert (settings.service.port, settings.sip.port) == (0, 0)
    assert settings.trace.path == str(stage.trace)


def test_talk_times_have_the_shape_of_the_real_ones() -> None:
    talk = talk_times()
    assert 0.7 * TALK_S_MEAN < talk.mean() < TALK_S_MEAN, "the longest are cut off"
    assert list(talk.quantiles_s) == sorted(talk.quantiles_s)


def test_every_lead_is_fictional_unique_and_accepted() -> None:
    with LEADS.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    numbers = [row["number"] for row in rows]
    assert len(numbers) == len(set(numbers)) == 2000
    assert all(number[:2] == "+1" and number[5:10] == "55501" and len(number) == 12 for number in numbers)
    store = MemoryStore()
    campaign = create_campaign(store, campaign_settings())
    with LEADS.open("rb") as file:
        assert import_file(store, campaign.campaign_id, file).accepted == 2000


@pytest.mark.parametrize("hour", range(24))
def test_the_campaign_may_dial_at_any_hour(hour: int) -> None:
    campaign = create_campaign(MemoryStore(), campaign_settings())
    assert window_refusal(campaign, "", NOW + 3600.0 * hour) is None
