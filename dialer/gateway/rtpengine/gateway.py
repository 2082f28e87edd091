"""The SIP gateway with rtpengine for its media: what it took of the daemon is given back at the end."""

from collections.abc import Callable

from dialer.gateway.rtpengine.media import RtpengineMedia
from dialer.gateway.settings import GatewaySettings
from dialer.gateway.sip_gateway import CLOSE_TIMEOUT_S, SipGateway
from dialer.ports import Post


class RtpengineGateway(SipGateway):
    """A `SipGateway` that owns its media engine."""

    def __init__(self, settings: GatewaySettings, media: RtpengineMedia, post: Post, now: Callable[[], float]) -> None:
        super().__init__(settings, media, post, now)
        self._daemon = media

    async def close(self, timeout_s: float = CLOSE_TIMEOUT_S) -> None:
        """Hang up, as `SipGateway` does, and delete every call of the daemon's that was ours."""
        await super().close(timeout_s)
        await self._daemon.close_all()
