"""Settings of the live service: one TOML file, every key with a default, unknown keys refused."""

from dialer.config.reading import SettingsError, read_settings
from dialer.config.records import DatabaseSettings, LogSettings, StoreSettings, TraceSettings
from dialer.config.settings import ServiceSettings, Settings, SipSettings, TrunkSettings
from dialer.config.showing import effective_toml, example_toml, reference_markdown
from dialer.config.version import package_version
from dialer.config.webhooks import WebhookSettings

__all__ = [
    "DatabaseSettings",
    "LogSettings",
    "ServiceSettings",
    "Settings",
    "SettingsError",
    "SipSettings",
    "StoreSettings",
    "TraceSettings",
    "TrunkSettings",
    "WebhookSettings",
    "effective_toml",
    "example_toml",
    "package_version",
    "read_settings",
    "reference_markdown",
]
