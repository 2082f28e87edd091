"""Which version of the project runs."""

from importlib.metadata import PackageNotFoundError, version


def package_version() -> str:
    """The installed version, or "unknown" where the code runs without being installed."""
    try:
        return version("predictive-dialer")
    except PackageNotFoundError:
        return "unknown"
