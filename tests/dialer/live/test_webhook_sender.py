"""Against a real HTTP server on this machine."""

import asyncio
import json
import shutil
import threading
from collections.abc import AsyncIterator, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, cast

import pytest

from benchmarks.ports import free_port
from campaigns.store.opening import open_store, upgrade_database
from campaigns.store.webhook_store import WebhookStore
from campaigns.webhooks import Delivery, DeliveryStatus, Webhook, secret_of, signature
from dialer.live import webhook_sender
from dialer.live.webhook_sender import WebhookSender, is_public

pytestmark = pytest.mark.anyio
SECRET = secret_of(bytes(range(32)))
WAIT_S = 120.0


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


class Receiver:
    """Answers with the statuses it is told, then with 204, and keeps what it got."""

    def __init__(self) -> None:
        receiver = self
        self.got: list[tuple[dict[str, str], str]] = []
        self.statuses: list[int] = []
        self.hangs = threading.Event()

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"])).decode()
                receiver.got.append(({name.lower(): value for name, value in self.headers.items()}, body))
                status = receiver.statuses.pop(0) if receiver.statuses else 204
                if status == 0:
                    receiver.hangs.wait(WAIT_S)
                    return
                self.send_response(status)
                self.send_header("Location", receiver.url)
                self.end_headers()

            def log_message(self, *_: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}/hook"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))
        self._thread.start()

    def close(self) -> None:
        self.hangs.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    receiver = Receiver()
    yield receiver
    receiver.close()


class Sending:
    """A sender at work, and the clock it goes by."""

    def __init__(self, store: WebhookStore, url: str, **settings: Any) -> None:
        self.store = store
        self.now = 1000.0
        new = Webhook(webhook_id=0, url=url, events=(), is_active=True, created_at=0.0)
        self.webhook_id = store.create(1, new, SECRET).webhook_id
        plain: dict[str, Any] = {"allows_private": True, "timeout_s": 30.0, "at_once_max": 4}
        self.sender = WebhookSender(store, **plain | settings)
        self.sender.start(lambda: self.now)

    async def send(self) -> None:
        await asyncio.to_thread(self.store.send_test, 1, self.webhook_id, self.now)
        self.sender.wake()

    async def until(self, status: DeliveryStatus, tries: int) -> Delivery:
        """The newest delivery once it stands so."""
        async with asyncio.timeout(WAIT_S):
            while True:
                page = await asyncio.to_thread(self.store.deliveries, 1, self.webhook_id, None, 1, None)
                if page.items and (page.items[0].status, page.items[0].tries) == (status, tries):
                    return page.items[0]
                await asyncio.sleep(0.01)


@pytest.fixture
async def store(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[WebhookStore]:
    url = f"sqlite:///{tmp_path}/dialer.sqlite3"
    empty = tmp_path_factory.getbasetemp() / "webhook-sender.sqlite3"
    if not empty.exists():
        upgrade_database(f"sqlite:///{empty}")
    shutil.copy(empty, tmp_path / "dialer.sqlite3")
    opened = open_store(url)
    yield WebhookStore(opened.database)
    opened.close()


async def test_a_delivery_arrives_signed(store: WebhookStore, receiver: Receiver) -> None:
    sending = Sending(store, receiver.url)
    await sending.send()
    delivery = await sending.until(DeliveryStatus.DELIVERED, 1)
    await sending.sender.stop()
    ((headers, body),) = receiver.got
    assert json.loads(body)["type"] == "webhook.test"
    assert headers["webhook-id"] == delivery.event_id
    assert headers["webhook-timestamp"] == "1000"
    assert headers["webhook-signature"] == signature(SECRET, delivery.event_id, 1000, body)
    assert headers["host"] == receiver.url.removeprefix("http://").removesuffix("/hook")
    assert delivery.answered_status == 204


async def test_what_fails_is_sent_again_with_the_same_id_and_a_new_time(
    store: WebhookStore, receiver: Receiver
) -> None:
    receiver.statuses = [500, 302]
    sending = Sending(store, receiver.url)
    await sending.send()
    failed = await sending.until(DeliveryStatus.PENDING, 1)
    assert (failed.problem, failed.answered_status) == ("it answered 500", 500)
    sending.now = failed.next_at or 0.0
    failed = await sending.until(DeliveryStatus.PENDING, 2)
    # A redirection is not followed: it could lead anywhere.
    assert failed.problem == "it answered 302"
    sending.now = failed.next_at or 0.0
    await sending.until(DeliveryStatus.DELIVERED, 3)
    await sending.sender.stop()
    assert len({headers["webhook-id"] for headers, _ in receiver.got}) == 1
    assert len({headers["webhook-signature"] for headers, _ in receiver.got}) == 3


async def test_a_receiver_that_says_nothing_has_failed(store: WebhookStore, receiver: Receiver) -> None:
    receiver.statuses = [0]
    sending = Sending(store, receiver.url, timeout_s=0.2)
    await sending.send()
    assert (await sending.until(DeliveryStatus.PENDING, 1)).problem == "no answer within 0.2 s"
    await sending.sender.stop()


class NothingDue:
    """An outbox in which nothing ever waits."""

    def __init__(self) -> None:
        self.was_asked = threading.Event()

    def take_due(self, *_: Any) -> list[Any]:
        self.was_asked.set()
        return []


async def test_it_ends_although_it_is_woken_at_that_very_moment() -> None:
    for turns in range(30):
        outbox = NothingDue()
        sender = WebhookSender(cast("WebhookStore", outbox), allows_private=True, timeout_s=1.0, at_once_max=1)
        sender.start(lambda: 0.0)
        await asyncio.to_thread(outbox.was_asked.wait)
        for _ in range(turns):
            await asyncio.sleep(0)
        sender.wake()
        async with asyncio.timeout(WAIT_S):
            await sender.stop()


async def test_nobody_listening_is_a_failure_like_another(store: WebhookStore) -> None:
    sending = Sending(store, f"http://127.0.0.1:{free_port()}/")
    await sending.send()
    assert "ConnectError" in (await sending.until(DeliveryStatus.PENDING, 1)).problem
    await sending.sender.stop()


async def test_a_name_that_points_inside_is_refused_when_it_is_looked_up(
    store: WebhookStore, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    sending = Sending(store, receiver.url.replace("http://127.0.0.1", "https://localhost"), allows_private=False)
    assert sending.sender.refusal_of("https://localhost/hook") == ""
    await sending.send()
    problem = (await sending.until(DeliveryStatus.PENDING, 1)).problem
    assert problem.startswith("localhost is a private address")
    assert "[webhooks] private_addresses" in problem
    await sending.sender.stop()
    assert receiver.got == []


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("https://10.0.0.1/", "private address"), ("https://127.0.0.1:8080/x", "private address"),
        ("https://169.254.169.254/latest/meta-data", "private address"), ("https://[::1]/", "private address"),
        ("https://[::ffff:10.0.0.1]/", "private address"), ("https://[fd00::1]/", "private address"),
        ("http://receiver.example/", "https://"), ("ftp://receiver.example/", "https://"), ("receiver", "https://"),
        ("https://user:secret@receiver.example/", "password"), ("https://", "https://"), ("https://[", "not a URL"),
    ],
)  # fmt: skip
async def test_such_a_url_is_refused_at_once(store: WebhookStore, url: str, said: str) -> None:
    sender = WebhookSender(store, allows_private=False, timeout_s=1.0, at_once_max=1)
    assert said in sender.refusal_of(url)
    assert sender.refusal_of("https://receiver.example:8443/hook?campaign=1") == ""
    assert sender.refusal_of("https://93.184.215.14/") == ""


async def test_a_sender_that_ends_leaves_what_waits_for_the_next(
    store: WebhookStore, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(webhook_sender, "LOOK_S", 0.01)
    receiver.statuses = [0]
    sending = Sending(store, receiver.url)
    await sending.send()
    async with asyncio.timeout(WAIT_S):
        while not receiver.got:  # noqa: ASYNC110 - it comes from another thread
            await asyncio.sleep(0.01)
    await sending.sender.stop()
    sending.sender.start(lambda: 2000.0)
    await sending.until(DeliveryStatus.DELIVERED, 1)
    await sending.sender.stop()
    assert receiver.got[0][0]["webhook-id"] == receiver.got[1][0]["webhook-id"]


def test_public_addresses_are_those_of_the_internet() -> None:
    assert is_public("8.8.8.8")
    assert is_public("2606:4700::1111")
    for address in (
        "192.168.1.1",
        "100.64.0.1",
        "224.0.0.1",
        "0.0.0.0",
        "fe80::1%eth0",
        "::ffff:127.0.0.1",
        "2002:7f00:1::",
    ):
        assert not is_public(address)
