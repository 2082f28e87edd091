"""New leads in the text that PostgreSQL's COPY takes, a line for each: many times a million, so each is one format.

A line says what `rows.new_lead_row` says for SQLite. How: postgresql.org/docs/current/sql-copy.html, "Text Format".
"""

from collections.abc import Iterator, Sequence

import msgspec

from campaigns.imports import AddRules
from campaigns.model import NewLead
from campaigns.store.rows import NEW_LEAD_COLUMNS, consent_text, numbers_text

PIECE = 1000
"""Lines handed to the server at once: it reads them while the next are made."""
COPY = f"COPY leads ({', '.join(NEW_LEAD_COLUMNS)}) FROM STDIN"

_NULL = "\\N"
_ENCODE = msgspec.json.Encoder().encode
_ESCAPED = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})


def copied(
    ids: Sequence[int], new: Sequence[NewLead], campaign_id: int, rules: AddRules, ranks: Sequence[int] | None
) -> Iterator[str]:
    """The lines of new leads, some at a time.

    Args:
        ids: the id of each lead.
        new: the leads.
        campaign_id: whose they are.
        rules: the list and the import to which they belong.
        ranks: the rank of each, or None where they have none.
    """
    of_all = f"\t{campaign_id}\t{rules.list_id}\t{rules.import_id}\t"
    for start in range(0, len(new), PIECE):
        places = range(start, min(start + PIECE, len(new)))
        yield "".join(
            f"{ids[place]}{of_all}{_own(new[place])}\topen\t0\t0\t\t\t{_NULL if ranks is None else ranks[place]}\n"
            for place in places
        )


def _own(lead: NewLead) -> str:
    """What differs from lead to lead."""
    numbers = numbers_text(lead.numbers)
    attributes = _ENCODE(lead.attributes).decode()
    consent = consent_text(lead.consent)
    texts = f"{lead.number}{lead.name}{lead.time_zone}{lead.external_id}{lead.postal_code}{lead.language}"
    if not texts.isprintable() or "\\" in texts or "\\" in attributes or numbers or consent:
        return _escaped(lead, numbers, attributes, consent)
    return (
        f"{lead.number}\t{lead.phone_kind._value_}\t\t{lead.name}\t{lead.time_zone}\t{lead.priority}\t{attributes}\t"
        f"{lead.external_id}\t{lead.postal_code}\t{lead.language}\t"
    )


def _escaped(lead: NewLead, numbers: str, attributes: str, consent: str) -> str:
    texts = (
        lead.number,
        lead.phone_kind.value,
        numbers,
        lead.name,
        lead.time_zone,
        str(lead.priority),
        attributes,
        lead.external_id,
        lead.postal_code,
        lead.language,
        consent,
    )
    return "\t".join(text.translate(_ESCAPED) for text in texts)
