"""The settings of webhooks."""

from typing import Annotated

from pydantic import Field

from dialer.config.section import Seconds, Section


class WebhookSettings(Section):
    """Telling other systems what happens; webhooks themselves are set up over REST."""

    private_addresses: bool = Field(
        default=False,
        description="Deliver to private addresses and over plain HTTP too. Otherwise whoever may set up webhooks could "
        "reach what only this machine can.",
    )
    timeout_s: Seconds = Field(default=10.0, description="A receiver that has not answered by then has failed.")
    at_once_max: Annotated[int, Field(ge=1, le=1000)] = Field(
        default=8, description="Most deliveries under way at one time."
    )
