import shutil
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
from msgspec.structs import replace

from campaigns.model import NewLead, Outcome
from campaigns.store.opening import open_store, upgrade_database
from campaigns.store.sql import SqlStore
from campaigns.terms import LeadOrder
from dialer.live import lead_scoring
from dialer.live.lead_scoring import learned, main, rank_by_score
from dialer.live.process import URL_VARIABLE
from tests.contracts.test_campaign_store import NOON, SPRING, dial, ended, number

LEADS = 700
DIALED = 600


@pytest.fixture(scope="module")
def dialed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Every third lead is of a source where most people answer; nobody else does."""
    path = tmp_path_factory.mktemp("dialed") / "dialer.sqlite3"
    upgrade_database(f"sqlite:///{path}")
    store = open_store(f"sqlite:///{path}")
    store.create_campaign(replace(SPRING, lead_order=LeadOrder.SCORE))
    store.add_leads(
        1, [NewLead(number=number(i), attributes={"source": "web" if i % 3 == 0 else "fair"}) for i in range(LEADS)]
    )
    for lead in store.reserve_leads(1, DIALED, NOON, 600.0, "engine-1"):
        answers = lead.attributes["source"] == "web" and lead.lead_id % 5 > 0
        attempt = dial(store, lead, NOON + lead.lead_id)
        store.record_results([ended(attempt, Outcome.LOST if answers else Outcome.NO_ANSWER)], NOON + lead.lead_id)
    store.close()
    return path


@pytest.fixture
def store(dialed: Path, tmp_path: Path) -> Iterator[SqlStore]:
    shutil.copy(dialed, tmp_path / "dialer.sqlite3")
    opened = open_store(f"sqlite:///{tmp_path}/dialer.sqlite3")
    yield opened
    opened.close()


def sources(store: SqlStore, now: float = NOON + 900.0) -> list[str]:
    """Of leads nobody has called, in the order in which they are handed out."""
    leads = store.reserve_leads(1, 1000, now, 600.0, "engine-1")
    store.release_leads([one.lead_id for one in leads])
    return [one.attributes["source"] for one in leads if one.attempts_made == 0]


def test_who_is_likely_to_answer_is_called_first(store: SqlStore) -> None:
    before = sources(store)
    assert before[:3] == ["web", "fair", "fair"]
    assert rank_by_score(store, 1, NOON + 900.0) == LEADS - DIALED
    web = before.count("web")
    assert sources(store) == ["web"] * web + ["fair"] * (len(before) - web)
    # Nothing has been learned since, so nothing is written.
    assert rank_by_score(store, 1, NOON + 900.0) == 0


def test_a_model_that_knows_no_better_ranks_nobody(store: SqlStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lead_scoring, "LEARNED_MAX", 20)
    assert not learned(store.database, store.campaign(1)).is_trusted
    assert rank_by_score(store, 1, NOON + 900.0) == 0


def test_a_new_lead_waits_for_its_score(store: SqlStore) -> None:
    rank_by_score(store, 1, NOON + 900.0)
    store.add_leads(1, [NewLead(number=number(5000), attributes={"source": "web"})])
    assert sources(store)[-1] == "web"
    assert rank_by_score(store, 1, NOON + 900.0) == 1
    assert sources(store)[-1] == "fair"


def test_the_process_finds_its_database_in_the_environment(
    store: SqlStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(URL_VARIABLE, f"sqlite:///{tmp_path}/dialer.sqlite3")
    monkeypatch.setattr(lead_scoring, "time", SimpleNamespace(time=lambda: NOON + 900.0))
    main(["1"])
    assert sources(store)[:10] == ["web"] * 10
