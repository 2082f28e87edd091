import msgspec
import pytest

from campaigns.menus import Menu, MenuAction


def test_a_menu_is_read_from_a_few_fields() -> None:
    menu = msgspec.convert({"prompt": "offer", "keys": {"1": {"action": "agent"}, "2": {"action": "repeat"}}}, Menu)
    assert (menu.wait_s, menu.repeats_max, menu.no_key.action) == (5.0, 1, MenuAction.HANG_UP)
    assert [choice.action for choice in menu.choices] == ["agent", "repeat", "hang_up", "hang_up"]
    assert menu.leads_to_agents


def test_an_unknown_field_is_an_error() -> None:
    with pytest.raises(msgspec.ValidationError, match="acton"):
        msgspec.convert({"prompt": "offer", "keys": {"1": {"acton": "agent"}}}, Menu)
