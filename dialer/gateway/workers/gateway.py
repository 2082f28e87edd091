"""The SIP gateway with media workers, which end with it."""

from collections.abc import Callable

from dialer.gateway.recording.recorder import Recorder
from dialer.gateway.settings import GatewaySettings
from dialer.gateway.sip_gateway import CLOSE_TIMEOUT_S, SipGateway
from dialer.gateway.workers.media import WorkerMedia
from dialer.ports import Post


class WorkerGateway(SipGateway):
    """A `SipGateway` that owns its media workers."""

    def __init__(
        self,
        settings: GatewaySettings,
        media: WorkerMedia,
        post: Post,
        now: Callable[[], float],
        recorder: Recorder | None = None,
    ) -> None:
        super().__init__(settings, media, post, now, recorder=recorder)
        self._workers = media

    async def close(self, timeout_s: float = CLOSE_TIMEOUT_S) -> None:
        """Hang up, as `SipGateway` does, and let the workers end."""
        await super().close(timeout_s)
        self._workers.close_all()
