"""aiosip 0.2.0 made importable: it wants two names that Python has dropped, and gets them while it is imported."""

import asyncio
import collections
import collections.abc
import sys
import types
import warnings
from types import ModuleType


def import_aiosip() -> ModuleType:
    """Import it with `asyncio.coroutine` (gone in 3.11) and `collections.MutableMapping` (gone in 3.10) put back."""
    if "aiosip" in sys.modules:
        return sys.modules["aiosip"]
    asyncio.coroutine = types.coroutine  # type: ignore[attr-defined]
    collections.MutableMapping = collections.abc.MutableMapping  # type: ignore[attr-defined]
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            import aiosip
            import aiosip.protocol
    finally:
        del asyncio.coroutine  # type: ignore[attr-defined]
        del collections.MutableMapping  # type: ignore[attr-defined]
    return aiosip
