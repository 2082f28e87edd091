"""List mix in SQL: each list gives its share of a reservation, and whose turn it is next is kept."""

from collections.abc import Callable, Sequence

import sqlalchemy as sa

from campaigns.model import Campaign, Lead
from campaigns.rules.mixing import interleaved, moved, quotas
from campaigns.store.database import insert
from campaigns.store.schema import lead_lists, list_turns

Groups = Sequence[tuple[int, Sequence[tuple[int, str]]]]
Take = Callable[[Groups, int], list[Lead]]


def take(connection: sa.Connection, campaign: Campaign, groups: Groups, count: int, take_of: Take) -> list[Lead]:
    """Take leads of several lists by their weights.

    A list that has not enough due leaves its share to the others.

    Args:
        connection: in a transaction.
        campaign: its `list_weights`.
        groups: by priority, the lists and time zones that are open.
        count: leads wanted.
        take_of: leases the best leads of some groups.
    """
    weights = _weights(connection, campaign, groups)
    of_campaign = list_turns.c.campaign_id == campaign.campaign_id
    turns = {row.list_id: row.turn for row in connection.execute(sa.select(list_turns).where(of_campaign))}
    given = dict.fromkeys(weights, 0)
    found: dict[int, list[Lead]] = {list_id: [] for list_id in weights}
    giving, missing = dict(weights), count
    while giving and missing > 0:
        for list_id, quota in quotas(missing, giving, moved(given, weights, turns)).items():
            leads = take_of(_of_list(groups, list_id), quota) if quota else []
            found[list_id] += leads
            given[list_id] += len(leads)
            if len(leads) < quota:
                del giving[list_id]
        missing = count - sum(given.values())
    _write(connection, campaign.campaign_id, moved(given, weights, turns))
    return interleaved(found, weights)


def _weights(connection: sa.Connection, campaign: Campaign, groups: Groups) -> dict[int, float]:
    """The weights of the lists that are open, by id; those of weight 0 are left out."""
    named = sa.select(lead_lists.c.list_id, lead_lists.c.name).where(lead_lists.c.campaign_id == campaign.campaign_id)
    names = {row.list_id: row.name for row in connection.execute(named)}
    ids = sorted({list_id for _, some in groups for list_id, _ in some})
    weights = {list_id: campaign.list_weights.get(names.get(list_id, ""), 1.0) for list_id in ids}
    return {list_id: weight for list_id, weight in weights.items() if weight > 0}


def _of_list(groups: Groups, list_id: int) -> Groups:
    found = [(priority, [one for one in some if one[0] == list_id]) for priority, some in groups]
    return [(priority, some) for priority, some in found if some]


def _write(connection: sa.Connection, campaign_id: int, turns: dict[int, float]) -> None:
    rows = [{"campaign_id": campaign_id, "list_id": list_id, "turn": turn} for list_id, turn in sorted(turns.items())]
    if rows:
        statement = insert(connection, list_turns)
        change = statement.on_conflict_do_update(
            index_elements=list(list_turns.primary_key), set_={"turn": statement.excluded.turn}
        )
        connection.execute(change, rows)
