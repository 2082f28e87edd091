"""Sends what waits in the outbox: signed, a few at a time, again after a growing pause; never to private addresses.

Whoever may set up a webhook chooses where this machine connects to. So names are resolved here, each address is looked
at, and the connection goes to the address that was looked at, not to the name, which could point elsewhere a moment
later. Redirections are not followed.
"""

import asyncio
import contextlib
import ipaddress
import logging
import re
import socket
from collections.abc import Callable
from typing import Any

import httpx

from campaigns.service.errors import StoreUnavailableError
from campaigns.store.webhook_store import WebhookStore
from campaigns.webhooks import Due, signature

log = logging.getLogger(__name__)

LOOK_S = 1.0
"""How often the outbox is looked into."""
PRUNE_S = 3600.0
_HOST = re.compile(rb"[A-Za-z0-9._:-]+")
USER_AGENT = "predictive-dialer-webhooks"
GONE = 410


class RefusedError(Exception):
    """Nothing is sent there."""


class WebhookSender:
    """Belongs to the loop's thread; the database is asked in worker threads.

    Args:
        store: has the outbox.
        allows_private: deliver to private addresses and over plain HTTP too.
        timeout_s: a receiver that has not answered by then has failed.
        at_once_max: deliveries under way at one time.
    """

    def __init__(self, store: WebhookStore, *, allows_private: bool, timeout_s: float, at_once_max: int) -> None:
        self._store = store
        self._allows_private = allows_private
        self._timeout_s = timeout_s
        self._at_once_max = at_once_max
        self._woken = asyncio.Event()
        self._working: asyncio.Task[None] | None = None
        self._client: httpx.AsyncClient | None = None
        self._now: Callable[[], float] = lambda: 0.0

    def start(self, now: Callable[[], float]) -> None:
        """Begin to send.

        Args:
            now: Unix seconds.
        """
        self._now = now
        self._client = httpx.AsyncClient(timeout=self._timeout_s, follow_redirects=False, trust_env=False)
        self._working = asyncio.create_task(self._work())

    async def stop(self) -> None:
        """End; what was not settled is sent again after the next start."""
        if self._working is not None:
            self._working.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._working
        if self._client is not None:
            await self._client.aclose()

    def wake(self) -> None:
        """Say that something waits in the outbox."""
        self._woken.set()

    def refusal_of(self, url: str) -> str:
        """Why nothing is ever delivered to such a URL; empty where it is."""
        try:
            parsed = httpx.URL(url)
        except httpx.InvalidURL:
            return "is not a URL"
        if parsed.scheme not in {"https", "http"} or not parsed.host:
            return "must be a URL that begins with https://"
        if not _HOST.fullmatch(parsed.raw_host):
            return "is not a URL"
        if parsed.userinfo or parsed.fragment:
            return "must have no user, password or fragment: deliveries are signed instead"
        if self._allows_private:
            return ""
        if parsed.scheme != "https":
            return "must begin with https://, unless [webhooks] private_addresses is set"
        with contextlib.suppress(ValueError):
            if not is_public(parsed.raw_host.decode()):
                return "is a private address; [webhooks] private_addresses would allow it"
        return ""

    async def _work(self) -> None:
        pruned_at = 0.0
        while True:
            try:
                while due := await asyncio.to_thread(self._store.take_due, self._now(), self._at_once_max):
                    await asyncio.gather(*map(self._deliver, due))
                if self._now() - pruned_at > PRUNE_S:
                    pruned_at = self._now()
                    await asyncio.to_thread(self._store.prune, pruned_at)
            except StoreUnavailableError as error:
                log.warning("webhooks wait for the database: %s", error)
            except Exception:
                log.exception("webhooks could not be sent; they are tried again")
            # Not `wait_for`: in Python 3.11 that loses a cancellation which comes with what it waits for.
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(LOOK_S):
                    await self._woken.wait()
            self._woken.clear()

    async def _deliver(self, due: Due) -> None:
        status: int | None = None
        problem = ""
        try:
            status = await self._send(due)
        except RefusedError as error:
            problem = str(error)
        except (TimeoutError, httpx.TimeoutException):
            problem = f"no answer within {self._timeout_s:g} s"
        except (httpx.HTTPError, httpx.InvalidURL, OSError) as error:
            problem = f"{type(error).__name__}: {error}"
        if status is not None and not 200 <= status < 300:
            problem = f"it answered {status}"
        now = self._now()
        if status is not None and not problem:
            await asyncio.to_thread(self._store.delivered, due, status, now)
        else:
            await asyncio.to_thread(self._store.failed, due, status, problem, now, is_gone=status == GONE)

    async def _send(self, due: Due) -> int:
        """Send one delivery; returns what the receiver answered."""
        assert self._client is not None, "it has not been started"
        reason = self.refusal_of(due.url)
        if reason:
            raise RefusedError(f"its URL {reason}")
        url = httpx.URL(due.url)
        timestamp = int(self._now())
        headers = {
            "host": url.netloc.decode(),
            "content-type": "application/json",
            "user-agent": USER_AGENT,
            "webhook-id": due.event_id,
            "webhook-timestamp": str(timestamp),
            "webhook-signature": signature(due.secret, due.event_id, timestamp, due.body),
        }
        async with asyncio.timeout(self._timeout_s):
            address = await self._address_of(url)
            request = self._client.build_request(
                "POST", url.copy_with(host=address), headers=headers, content=due.body.encode()
            )
            # The certificate must be the name's, though the connection goes to the address.
            request.extensions["sni_hostname"] = url.raw_host.decode()
            answer = await self._client.send(request, stream=True)
            # What it says beside its status is of no interest, and could be without end.
            await answer.aclose()
        return answer.status_code

    async def _address_of(self, url: httpx.URL) -> str:
        port = url.port or (443 if url.scheme == "https" else 80)
        found: list[Any] = await asyncio.get_running_loop().getaddrinfo(
            url.raw_host.decode(), port, type=socket.SOCK_STREAM
        )
        addresses = [str(one[4][0]) for one in found]
        allowed = [one for one in addresses if self._allows_private or is_public(one)]
        if not allowed:
            raise RefusedError(
                f"{url.host} is a private address ({', '.join(addresses)}); [webhooks] private_addresses would allow it"
            )
        return allowed[0]


def is_public(address: str) -> bool:
    """Whether an IP address can be reached from everywhere.

    Raises:
        ValueError: it is no IP address.
    """
    parsed = ipaddress.ip_address(address.partition("%")[0])
    mapped = getattr(parsed, "ipv4_mapped", None) or getattr(parsed, "sixtofour", None)
    return (mapped or parsed).is_global and not (mapped or parsed).is_multicast
