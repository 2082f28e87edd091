import pytest
from pydantic import ValidationError

from dialer.config import ServiceSettings, Settings, SipSettings, TrunkSettings
from dialer.config.settings import EngineSection, is_loopback
from dialer.model import EngineSettings, Trunk


def test_every_key_has_a_default() -> None:
    assert Settings().service.port == 8080


def test_the_engine_section_has_every_setting_of_the_engine_with_its_default() -> None:
    section = EngineSection().model_dump()
    engine = EngineSettings()
    assert section == {name: getattr(engine, name) for name in engine.__struct_fields__ if name != "trunks"}


def test_the_engine_gets_its_settings_and_trunks() -> None:
    settings = Settings.model_validate(
        {
            "engine": {"tick_s": 0.5, "engine_id": "north"},
            "trunks": [{"name": "a", "address": "192.0.2.1:5060", "prefixes": ["+1"], "cps_max": 5, "password": "x"}],
        }
    )
    assert settings.engine_settings() == EngineSettings(
        engine_id="north", tick_s=0.5, trunks=(Trunk(name="a", prefixes=("+1",), cps_max=5.0),)
    )


def test_a_trunk_has_every_setting_that_routing_knows() -> None:
    assert set(Trunk.__struct_fields__) <= set(TrunkSettings.model_fields)
    plain = TrunkSettings(name="a", address="192.0.2.1:5060").trunk()
    assert plain == Trunk(name="a")


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "localhost", "127.8.9.10"])
def test_loopback_needs_no_token(host: str) -> None:
    assert is_loopback(host)
    assert ServiceSettings(host=host).host == host


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1", "dialer.example.com", ""])
def test_any_other_host_needs_a_token(host: str) -> None:
    with pytest.raises(ValidationError, match="without a token"):
        ServiceSettings(host=host)
    assert ServiceSettings.model_validate({"host": host, "token": "secret"}).host == host


def test_secrets_do_not_show() -> None:
    settings = Settings.model_validate(
        {"service": {"token": "hush"}, "trunks": [{"name": "a", "address": "b:1", "password": "hush"}]}
    )
    assert "hush" not in repr(settings)
    assert "hush" not in str(settings)


@pytest.mark.parametrize("address", ["", "192.0.2.1", "192.0.2.1:", ":5060", "192.0.2.1:0", "192.0.2.1:65536", "a:b"])
def test_a_trunk_address_is_host_and_port(address: str) -> None:
    with pytest.raises(ValidationError, match="is not host:port"):
        TrunkSettings(name="a", address=address)


def test_trunk_names_differ() -> None:
    trunk = {"name": "a", "address": "192.0.2.1:5060"}
    with pytest.raises(ValidationError, match="two trunks are named 'a'"):
        Settings.model_validate({"trunks": [trunk, trunk]})


def test_rtp_ports_are_in_order() -> None:
    with pytest.raises(ValidationError, match=r"rtp_port_max \(2000\) must be above rtp_port_min \(3000\)"):
        SipSettings(rtp_port_min=3000, rtp_port_max=2000)
