import pytest

from campaigns.service.campaigns import create_campaign
from campaigns.service.presets import PRESETS, preset_of
from campaigns.store.memory import MemoryStore


@pytest.mark.parametrize("country", PRESETS)
def test_two_fields_are_enough_in_every_country(country: str) -> None:
    campaign = create_campaign(MemoryStore(), {"name": "spring", "skill_group": "sales"}, country)
    assert campaign.compliance == country.lower()
    assert campaign.attempt_caps


def test_a_country_is_found_in_any_case() -> None:
    assert preset_of("fr") is PRESETS["FR"]
    assert preset_of("XX") is None
