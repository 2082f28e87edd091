"""What the service starts for each import: a process of its own, so that reading a list slows no call down."""

import gc
import os
import sys
import time
from pathlib import Path

from campaigns.importing.job import run_import
from campaigns.store.opening import open_store
from dialer.live.process import URL_VARIABLE


def main(arguments: list[str]) -> None:
    """Carry out an import: its id, its file, and the file of its rejected rows."""
    import_id, file, rejects = arguments
    # Nothing here refers to itself, and looking for such things would take a third of the time.
    gc.disable()
    store = open_store(os.environ[URL_VARIABLE])
    try:
        run_import(store, store.lead_import(int(import_id)), Path(file), Path(rejects), time.time)
    finally:
        store.close()


if __name__ == "__main__":
    main(sys.argv[1:])
