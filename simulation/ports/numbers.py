"""Telephone numbers of simulated leads: country code 999, which is assigned to nobody, then campaign and place.

The place of a lead on its list keys the lead's fate, and it travels in the number, the one thing that the list, the
store, the engine and the carrier all see.
"""

LEADS_MAX = 10**8
CAMPAIGNS_MAX = 1000


def number_of(campaign: int, place: int) -> str:
    """The E.164 number of the lead at this place of a campaign's list, both counted from 0."""
    assert 0 <= campaign < CAMPAIGNS_MAX, "more campaigns than numbers have room for"
    assert 0 <= place < LEADS_MAX, "more leads than numbers have room for"
    return f"+999{campaign:03d}{place:08d}"


def place_of(number: str) -> tuple[int, int]:
    """(campaign, place) of a number made by `number_of`."""
    return int(number[4:7]), int(number[7:])
