from pathlib import Path

import pytest

from campaigns.importing.batches import ImportOptions
from campaigns.importing.job import new_import
from campaigns.imports import ImportStatus
from campaigns.model import Campaign
from campaigns.store.opening import open_store
from dialer.live.import_process import main
from dialer.live.process import URL_VARIABLE


def test_an_import_is_carried_out_by_its_id(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import gc

    url = f"sqlite:///{tmp_path}/dialer.sqlite3"
    store = open_store(url, upgrade=True)
    store.create_campaign(Campaign(campaign_id=0, name="spring", skill_group="sales"))
    path = tmp_path / "list.csv"
    path.write_text("phone\n+12025550101\nx\n")
    state = new_import(store, 1, path, ImportOptions(), 0.0)
    monkeypatch.setenv(URL_VARIABLE, url)
    try:
        main([str(state.import_id), str(path), str(tmp_path / "rejects.csv")])
    finally:
        gc.enable()
    ended = store.lead_import(state.import_id)
    assert (ended.status, ended.accepted, ended.rejected) == (ImportStatus.FINISHED, 1, 1)
    assert (tmp_path / "rejects.csv").stat().st_size == ended.rejects_bytes
    store.close()
