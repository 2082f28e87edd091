"""Python's garbage collector, set for a process that makes and drops many objects and keeps many for seconds.

A call makes some hundred objects, and most of them go when it ends, by reference counting alone. With the default
settings the collector looks through the youngest after every 700 new ones and finds nothing: a fifth of the gateway's
processor time.
"""

import gc

THRESHOLDS = (20_000, 10, 10)


def calm_collector() -> None:
    """Look for garbage less often, and never again among what was loaded at the start."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*THRESHOLDS)
