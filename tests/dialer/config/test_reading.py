from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialer.config import Settings, SettingsError, read_settings


def read(tmp_path: Path, text: str, **environment: str) -> Settings:
    path = tmp_path / "dialer.toml"
    path.write_text(text)
    return read_settings(path, environment)


def refusal(tmp_path: Path, text: str, **environment: str) -> str:
    """What is said of wrong settings, with the folder's name left out."""
    with pytest.raises(SettingsError) as caught:
        read(tmp_path, text, **environment)
    return str(caught.value).replace(f"{tmp_path}/", "")


def test_without_a_file_the_defaults_hold(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert read_settings(None, {}) == Settings()


def test_dialer_toml_of_the_working_directory_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "dialer.toml").write_text("[service]\nport = 9000\n")
    monkeypatch.chdir(tmp_path)
    assert read_settings(None, {}).service.port == 9000


def test_the_environment_is_above_the_file(tmp_path: Path) -> None:
    settings = read(
        tmp_path,
        '[service]\nport = 9000\n[[trunks]]\nname = "my carrier"\naddress = "192.0.2.1:5060"\n',
        DIALER_SERVICE_PORT="9001",
        DIALER_ENGINE_TICK_S="0.25",
        DIALER_TRUNK_MY_CARRIER_PASSWORD="hush",
        HOME="/nowhere",
        DIALER_CONFIG="read by the command line",
    )
    assert (settings.service.port, settings.engine.tick_s) == (9001, 0.25)
    assert settings.trunks[0].password.get_secret_value() == "hush"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[service]\nprot = 1\n", "dialer.toml line 2: unknown setting [service] prot; did you mean port?"),
        ("\n[servise]\n", "dialer.toml line 2: unknown setting [servise]; did you mean service?"),
        (
            "[trace]\nzzz = 1\n",
            "dialer.toml line 2: unknown setting [trace] zzz; known here: path, bytes_max",
        ),
        (
            '[[trunks]]\nname = "a"\naddress = "h:1"\n\n[[trunks]]\nname = "b"\nadress = "h:1"\n',
            "dialer.toml line 5: [[trunks]] number 2, address is missing; every trunk needs a name and an address\n"
            "dialer.toml line 7: unknown setting [[trunks]] number 2, adress; did you mean address?",
        ),
        (
            "[service]\nport = 70000\n",
            "dialer.toml line 2: [service] port = 70000 is not accepted: input should be less than or equal to 65535",
        ),
        (
            '[service]\nhost = "0.0.0.0"\n',
            "dialer.toml line 1: the service would listen on 0.0.0.0 without a token, so anyone who can reach it could "
            'place calls. Set [service] token (or DIALER_SERVICE_TOKEN), or host = "127.0.0.1"',
        ),
        ("service = 1\n", "dialer.toml line 1: [service] must be a table; write it as [service]"),
        ("trunks = 1\n", "dialer.toml line 1: [trunks] must be a table; write it as [[trunks]]"),
        ("[service\n", "dialer.toml is not valid TOML: "),
    ],
)
def test_what_is_wrong_is_said_with_its_place(tmp_path: Path, text: str, says: str) -> None:
    assert refusal(tmp_path, text).startswith(says)


def test_a_wrong_variable_is_named(tmp_path: Path) -> None:
    assert refusal(tmp_path, "", DIALER_SERVICE_PROT="1") == (
        "DIALER_SERVICE_PROT in the environment is not a setting; did you mean DIALER_SERVICE_PORT?"
    )
    assert refusal(tmp_path, "", DIALER_SERVICE_PORT="many").startswith(
        "DIALER_SERVICE_PORT in the environment: [service] port = 'many' is not accepted: "
    )
    assert refusal(tmp_path, "", DIALER_XYZZY="1").endswith("`dialer config --example` lists every setting")


def test_an_option_is_named_as_the_user_said_it(tmp_path: Path) -> None:
    path = tmp_path / "dialer.toml"
    path.write_text("")
    options = {"DIALER_SERVICE_HOST": "--host", "DIALER_SERVICE_PORT": "--port"}
    with pytest.raises(SettingsError, match=r"^--port: \[service\] port = 'x' is not accepted"):
        read_settings(path, {"DIALER_SERVICE_PORT": "x"}, options)
    with pytest.raises(SettingsError, match=r"^--host: the service would listen on 0.0.0.0 without a token"):
        read_settings(path, {"DIALER_SERVICE_HOST": "0.0.0.0"}, options)


def test_a_wrong_secret_is_not_repeated(tmp_path: Path) -> None:
    assert "= *** is not accepted" in refusal(tmp_path, "[service]\ntoken = 123456\n")
    assert "123456" not in refusal(tmp_path, "[service]\ntoken = 123456\n")


def test_a_missing_file_says_how_to_write_one(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    with pytest.raises(SettingsError) as caught:
        read_settings(path, {})
    assert str(caught.value) == (
        f"settings file {path} does not exist; write one with: dialer config --example > {path}"
    )


def test_a_folder_or_a_binary_file_is_no_settings_file(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="cannot be read"):
        read_settings(tmp_path, {})
    (tmp_path / "binary.toml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(SettingsError, match="cannot be read"):
        read_settings(tmp_path / "binary.toml", {})


words = st.from_regex(r"[a-z_]{1,20}", fullmatch=True)
sections = st.sampled_from([name for name in Settings.model_fields if name not in ("trunks", "phones")]) | words


@given(section=sections, key=words, value=st.integers() | st.booleans() | st.text(alphabet="abc", max_size=5))
def test_an_unknown_key_is_refused_by_name_and_line(
    tmp_path_factory: pytest.TempPathFactory, section: str, key: str, value: object
) -> None:
    path = tmp_path_factory.mktemp("settings") / "dialer.toml"
    shown = str(value).lower() if isinstance(value, bool) else repr(value).replace("'", '"')
    path.write_text(f"[{section}]\n{key} = {shown}\n")
    known = getattr(Settings(), section, None)
    if known is not None and key in type(known).model_fields:
        return
    with pytest.raises(SettingsError) as caught:
        read_settings(path, {})
    place = f"line 1: unknown setting [{section}];" if known is None else f"line 2: unknown setting [{section}] {key};"
    assert place in str(caught.value)


def test_phones_have_users_of_their_own_and_passwords_that_are_some(tmp_path: Path) -> None:
    path = tmp_path / "dialer.toml"
    phone = '[[phones]]\nuser = "1001"\npassword = "long enough"\n'
    path.write_text(phone + phone)
    with pytest.raises(SettingsError, match="two phones have the user '1001'"):
        read_settings(path, {})
    path.write_text('[[phones]]\nuser = "1001"\npassword = "short"\n')
    with pytest.raises(SettingsError, match=r"line 3: \[\[phones\]\] number 1, password = \*\*\* is not accepted"):
        read_settings(path, {})
    path.write_text('[[phones]]\nuser = "1001"\n')
    with pytest.raises(SettingsError, match="every phone needs a user and a password"):
        read_settings(path, {})
