from pathlib import Path

from campaigns.rules.profiles.page import compliance_page
from campaigns.rules.profiles.reading import profiles

PAGE = Path(__file__).parents[4] / "docs" / "reference" / "compliance.md"


def test_the_page_is_drawn_from_the_data() -> None:
    assert PAGE.read_text() == compliance_page(), (
        "write it anew: dialer campaign profiles > docs/reference/compliance.md"
    )


def test_every_rule_of_every_profile_has_its_row() -> None:
    rows = [line for line in compliance_page().splitlines() if line.startswith("| ") and not line.startswith("| rule")]
    assert len(rows) == sum(len(profile.rules()) for profile in profiles().values())


def test_numbers_are_told_in_words() -> None:
    page = compliance_page()
    assert "| hours | Mon-Fri 10:00-13:00 and 14:00-20:00 | read |" in page
    assert "| caps | at most 3 attempts in 24h per number (calls on the same subject) | secondary |" in page
    assert "| abandon | at most 3 % over 24h, counted as ofcom (per campaign" in page
