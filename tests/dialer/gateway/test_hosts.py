import asyncio

import pytest

from dialer.gateway import hosts
from dialer.gateway.hosts import Hosts, look_up


def test_addresses_need_no_looking_up() -> None:
    found: list[str] = []
    known = Hosts()
    known.look_up_then("192.0.2.1", found.append, found.append)
    assert found == ["192.0.2.1"]
    assert known.known("::1") == "::1"
    assert known.known("localhost") is None
    assert asyncio.run(look_up("192.0.2.1")) == "192.0.2.1"


def test_a_name_is_looked_up_once_for_all_who_ask(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    async def answer(host: str) -> str:
        asked.append(host)
        await asyncio.sleep(0)
        return "192.0.2.9"

    monkeypatch.setattr(hosts, "look_up", answer)
    found: list[str] = []

    async def main() -> Hosts:
        known = Hosts()
        for _ in range(3):
            known.look_up_then("phone.example", found.append, found.append)
        assert found == []
        await asyncio.gather(*known._tasks)
        return known

    known = asyncio.run(main())
    assert found == ["192.0.2.9"] * 3
    assert asked == ["phone.example"]
    assert known.known("phone.example") == "192.0.2.9"


def test_a_name_that_cannot_be_found_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    async def answer(host: str) -> str:
        raise OSError(f"host {host!r} cannot be found: no such name")

    monkeypatch.setattr(hosts, "look_up", answer)
    problems: list[str] = []

    async def main() -> None:
        known = Hosts()
        known.look_up_then("phone.example", pytest.fail, problems.append)
        await asyncio.gather(*known._tasks)
        await known.keep("phone.example")
        assert known.known("phone.example") is None

    asyncio.run(main())
    assert problems == ["host 'phone.example' cannot be found: no such name"]


def test_look_ups_are_bounded_and_given_up_on_close(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hosts, "LOOK_UPS_MAX", 1)
    problems: list[str] = []

    async def for_ever(host: str) -> str:
        await asyncio.Event().wait()
        return host

    monkeypatch.setattr(hosts, "look_up", for_ever)

    async def main() -> None:
        known = Hosts()
        known.look_up_then("one.example", pytest.fail, pytest.fail)
        known.look_up_then("two.example", pytest.fail, problems.append)
        tasks = tuple(known._tasks)
        known.close()
        await asyncio.gather(*tasks, return_exceptions=True)

    asyncio.run(main())
    assert problems == ["host 'two.example' is not looked up: 1 other names are"]


def test_localhost_is_found() -> None:
    assert asyncio.run(look_up("localhost")) == "127.0.0.1"


def test_names_that_do_not_exist_are_an_error_in_words() -> None:
    with pytest.raises(OSError, match=r"host 'no-such-host\.invalid' cannot be found"):
        asyncio.run(look_up("no-such-host.invalid"))
