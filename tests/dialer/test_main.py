import logging
import os
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from importlib.metadata import EntryPoint
from pathlib import Path
from typing import Any

import pytest
import typer

from dialer.__main__ import build, main

ROOT = Path(__file__).parents[2]


def run(folder: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """`dialer` as a newcomer runs it, in a folder of their own."""
    plain = {key: value for key, value in os.environ.items() if not key.startswith("DIALER_")}
    return subprocess.run(
        [sys.executable, "-m", "dialer", *arguments],
        cwd=folder,
        env={**plain, "PYTHONPATH": str(ROOT), "COLUMNS": "200", "DIALER_SIP_PORT": "0", **environment},
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )


@pytest.fixture(scope="module")
def taken() -> Iterator[tuple[int, int]]:
    """A TCP and a UDP port that another program has."""
    with socket.create_server(("127.0.0.1", 0)) as tcp, socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp:
        udp.bind(("127.0.0.1", 0))
        yield tcp.getsockname()[1], udp.getsockname()[1]


NEWCOMERS: list[tuple[Sequence[str], dict[str, str], int, str]] = [
    (
        ["serve", "--port", "{tcp}"],
        {},
        1,
        "the API address 127.0.0.1:{tcp}/tcp cannot be used: another program has it; stop that one, or choose another "
        "with [service] port (or DIALER_SERVICE_PORT)",
    ),
    (
        ["serve", "--port", "0"],
        {"DIALER_SIP_PORT": "{udp}"},
        1,
        "the SIP address 127.0.0.1:{udp}/udp cannot be used: another program has it; stop that one, or choose another "
        "with [sip] port (or DIALER_SIP_PORT)",
    ),
    (
        ["serve", "--database", "dialer.db"],
        {},
        2,
        "'dialer.db' is not a database URL; for an SQLite file write sqlite:///dialer.db",
    ),
    (
        ["serve", "--database", "mysql://me@db/x"],
        {},
        2,
        "'mysql' is not a database the dialer knows; write sqlite:///dialer.sqlite3 or "
        "postgresql://user:password@host/database",
    ),
    (
        ["serve", "--database", "postgresql://me:hush@127.0.0.1:1/dialer"],
        {},
        1,
        "the database postgresql+psycopg://me:***@127.0.0.1:1/dialer cannot be used: connection failed: ",
    ),
    (
        ["serve", "--database", "sqlite:////no/such/folder/x.sqlite3"],
        {},
        1,
        "the database sqlite:////no/such/folder/x.sqlite3 cannot be used: unable to open database file; check that its "
        "folder exists, can be written to, and that the disk is not full",
    ),
    (
        ["serve", "--config", "mine.toml"],
        {},
        2,
        "settings file mine.toml does not exist; write one with: dialer config --example > mine.toml",
    ),
    (["serve", "-c", "wrong.toml"], {}, 2, "wrong.toml line 2: unknown setting [service] prot; did you mean port?"),
    (["serve", "-c", "broken.toml"], {}, 2, "broken.toml is not valid TOML: "),
    (
        ["serve"],
        {"DIALER_SERVICE_PROT": "1"},
        2,
        "DIALER_SERVICE_PROT in the environment is not a setting; did you mean DIALER_SERVICE_PORT?",
    ),
    (
        ["serve", "--host", "0.0.0.0"],
        {},
        2,
        "--host: the service would listen on 0.0.0.0 without a token, so anyone who can reach it could place calls. "
        'Set [service] token (or DIALER_SERVICE_TOKEN), or host = "127.0.0.1"',
    ),
    (
        ["campaign", "start", "1", "--url", "http://127.0.0.1:1"],
        {},
        1,
        "no dialer answers at http://127.0.0.1:1; start one with `dialer serve`, or name it with --url",
    ),
    (["replay", "wrong.toml"], {}, 1, "wrong.toml is not a trace of the dialer: "),
]


@pytest.fixture
def newcomers_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder with settings files that are not right, and logging put back afterwards."""
    (tmp_path / "wrong.toml").write_text("[service]\nprot = 1\n")
    (tmp_path / "broken.toml").write_text("[service\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DIALER_SIP_PORT", "0")
    root = logging.getLogger()
    before, level = tuple(root.handlers), root.level
    for handler in before:
        root.removeHandler(handler)
    yield tmp_path
    for handler in tuple(root.handlers):
        root.removeHandler(handler)
        handler.close()
    for handler in before:
        root.addHandler(handler)
    root.setLevel(level)


@pytest.mark.parametrize(
    ("arguments", "environment", "code", "says"), NEWCOMERS, ids=[says[:40] for _, _, _, says in NEWCOMERS]
)
def test_what_goes_wrong_is_said_in_a_line(
    arguments: Sequence[str],
    environment: dict[str, str],
    code: int,
    says: str,
    taken: tuple[int, int],
    newcomers_folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def filled(text: str) -> str:
        return text.replace("{tcp}", str(taken[0])).replace("{udp}", str(taken[1]))

    for name, value in environment.items():
        monkeypatch.setenv(name, filled(value))
    monkeypatch.setattr(sys, "argv", ["dialer", *map(filled, arguments)])
    with pytest.raises(SystemExit) as ended:
        main()
    err = capsys.readouterr().err
    assert ended.value.code == code, err
    assert err.startswith(f"dialer: {filled(says)}"), err
    assert err.count("\n") <= 3
    assert "hush" not in err


def test_a_process_ends_with_that_line_and_without_a_traceback(taken: tuple[int, int], tmp_path: Path) -> None:
    ended = run(tmp_path, "serve", "--port", str(taken[0]))
    assert ended.returncode == 1
    assert ended.stdout == ""
    assert ended.stderr == (
        f"dialer: the API address 127.0.0.1:{taken[0]}/tcp cannot be used: another program has it; stop that one, or "
        "choose another with [service] port (or DIALER_SERVICE_PORT)\n"
    )


def test_a_wrong_option_or_command_is_a_usage_error(tmp_path: Path) -> None:
    ended = run(tmp_path, "srve")
    assert ended.returncode == 2
    assert "Did you mean 'serve'" in ended.stderr
    ended = run(tmp_path, "campaign", "start", "first")
    assert ended.returncode == 2
    assert "Traceback" not in ended.stderr


def help_text(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, *arguments: str) -> str:
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.setattr(sys, "argv", ["dialer", *arguments])
    with pytest.raises(SystemExit):
        main()
    return capsys.readouterr().out


def test_the_help_says_which_command_serves_whom(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    out = help_text(capsys, monkeypatch, "--help")
    for panel in ("For operators", "For campaign managers", "For agents and supervisors", "For developers"):
        assert panel in out
    for command in ("serve", "config", "db", "version", "campaign", "import", "agent", "status", "replay"):
        assert f" {command} " in out
    assert "dialer config --example > dialer.toml" in out


def test_no_arguments_is_help(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    assert "For operators" in help_text(capsys, monkeypatch)


PLUGIN = typer.Typer()


@PLUGIN.command()
def shout(word: str) -> None:
    """Say it aloud."""
    typer.echo(word.upper())


GROUP = typer.Typer(help="Many things.")


@GROUP.command("first")
def first() -> None:
    """The first thing."""


@GROUP.command("second")
def second() -> None:
    """The second thing."""


@pytest.fixture
def plugins(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[..., None]:
    """Makes entry points; the module `plugged_in` is this one, with a file that has a docstring."""
    path = tmp_path / "plugged_in.py"
    path.write_text('"""`dialer loud`: says things aloud.\n\nMore of it.\n"""\nraise RuntimeError("loaded")\n')
    monkeypatch.syspath_prepend(tmp_path)

    def make(**values: str) -> None:
        found = [EntryPoint(name=name, value=value, group="dialer.commands") for name, value in values.items()]
        monkeypatch.setattr("dialer.__main__.entry_points", lambda group: found)

    return make


@pytest.fixture
def loaded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "plugged_in", sys.modules[__name__])


def test_the_help_lists_plugins_by_their_modules_docstring_without_loading_them(
    plugins: Callable[..., None], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    plugins(loud="plugged_in:PLUGIN")
    out = help_text(capsys, monkeypatch, "--help")
    assert " loud " in out
    assert "Says things aloud." in out
    assert "plugged_in" not in sys.modules


@pytest.mark.usefixtures("loaded")
def test_a_plugin_with_one_command_hangs_under_its_entry_points_name(
    plugins: Callable[..., None], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    plugins(loud="plugged_in:PLUGIN")
    assert "Say it aloud." in help_text(capsys, monkeypatch, "loud", "--help")
    assert help_text(capsys, monkeypatch, "loud", "hello") == "HELLO\n"


@pytest.mark.usefixtures("loaded")
def test_a_plugin_with_several_commands_is_a_group(
    plugins: Callable[..., None], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    plugins(many="plugged_in:GROUP")
    out = help_text(capsys, monkeypatch, "many", "--help")
    assert "Many things." in out
    assert "The second thing." in out


@pytest.mark.parametrize(
    ("value", "says"),
    [
        ("no_such_module:app", "ModuleNotFoundError: No module named 'no_such_module'"),
        ("plugged_in:PLUGIN", "RuntimeError: loaded"),
        ("json:loads", "TypeError: json:loads is of type function, not a typer.Typer"),
    ],
)
def test_a_broken_plugin_is_reported_in_a_line(
    plugins: Callable[..., None],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    value: str,
    says: str,
) -> None:
    plugins(broken=value)
    monkeypatch.setattr(sys, "argv", ["dialer", "broken"])
    with pytest.raises(SystemExit) as ended:
        main()
    line = f"dialer: the command 'broken' ({value}) cannot be loaded: {says}\n"
    assert (ended.value.code, capsys.readouterr().err) == (1, line)


def test_a_plugin_whose_module_is_gone_does_not_stop_the_help(
    plugins: Callable[..., None], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    plugins(broken="no_such_module:app", loud="plugged_in:PLUGIN")
    monkeypatch.setattr(sys, "argv", ["dialer", "--help"])
    with pytest.raises(SystemExit) as ended:
        main()
    captured = capsys.readouterr()
    assert ended.value.code == 0
    assert captured.err.startswith("dialer: the command 'broken' (no_such_module:app) cannot be loaded: ")
    assert captured.err.count("\n") == 1
    assert "Says things aloud." in captured.out


def test_plugins_are_not_looked_for_by_commands_that_do_not_need_them(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(group: str) -> Any:
        raise AssertionError(group)

    monkeypatch.setattr("dialer.__main__.entry_points", fail)
    build(["version"])
    build(["--", "serve"])
