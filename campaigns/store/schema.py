"""The tables of the SQL store, the same in SQLite and PostgreSQL.

Two of them are counts, kept in step with their rows in the same transaction, so that the 15-second poll costs the same
with a thousand attempts and with ten million: `lead_groups` (leads not yet closed, by list, time zone and priority;
reserving walks it too) and `outcome_counts` (finished attempts by day and outcome: the abandon account).
"""

import sqlalchemy as sa

metadata = sa.MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
    }
)

Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
"""SQLite hands out ids by itself only for a column of type INTEGER, which there holds 64 bits."""

campaigns = sa.Table(
    "campaigns",
    metadata,
    sa.Column("campaign_id", Id, sa.Identity(), primary_key=True),
    sa.Column("status", sa.Text, nullable=False),
    sa.Column("settings", sa.Text, nullable=False),
    # All that is in a campaign is its tenant's; no other table repeats it, so none can say otherwise.
    sa.Column("tenant_id", Id, nullable=False, server_default="1"),
    sa.Index("campaigns_by_tenant", "tenant_id", "campaign_id"),
    # Ids are in attempts' names and in carriers' records, so none is ever given out twice.
    sqlite_autoincrement=True,
)

_OPEN = "status = 'open'"
_TRIED = f"attempts_made >= 0 AND not_before > 0.0 AND {_OPEN}"
_RANKED = f"rank IS NOT NULL AND not_before = 0.0 AND {_OPEN}"
_GROUP = ("campaign_id", "list_id", "priority", "time_zone")

leads = sa.Table(
    "leads",
    metadata,
    sa.Column("lead_id", Id, sa.Identity(), primary_key=True),
    sa.Column("campaign_id", Id, nullable=False),
    sa.Column("number", sa.Text, nullable=False),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("time_zone", sa.Text, nullable=False),
    sa.Column("priority", sa.Integer, nullable=False),
    sa.Column("attributes", sa.Text, nullable=False),
    sa.Column("external_id", sa.Text, nullable=False),
    sa.Column("status", sa.Text, nullable=False),
    sa.Column("attempts_made", sa.Integer, nullable=False),
    sa.Column("not_before", sa.Double, nullable=False),
    sa.Column("closed_reason", sa.Text, nullable=False),
    sa.Column("engine_id", sa.Text, nullable=False),
    sa.Column("lease_until", sa.Double),
    sa.Column("phone_kind", sa.Text, nullable=False, server_default="unknown"),
    # All numbers as JSON where there are several, so that a lead is read as one row.
    sa.Column("numbers", sa.Text, nullable=False, server_default=""),
    sa.Column("postal_code", sa.Text, nullable=False, server_default=""),
    sa.Column("language", sa.Text, nullable=False, server_default=""),
    sa.Column("consent", sa.Text, nullable=False, server_default=""),
    sa.Column("list_id", Id, nullable=False, server_default="0"),
    sa.Column("import_id", Id, nullable=False, server_default="0"),
    # JSON of a pending callback, and beside it what callbacks are found by. An open lead that has one is of status
    # "callback", so that the ranges of ordinary leads never hold it.
    sa.Column("callback", sa.Text, nullable=False, server_default=""),
    sa.Column("callback_agent", sa.Text),
    sa.Column("callback_ends_at", sa.Double),
    # Where a lead that was never tried stands in a campaign whose order needs it, the lowest first.
    sa.Column("rank", sa.Integer),
    # The number goes first: blocking a number looks for it in every campaign. Not unique: by the rule of an import a
    # number may be on several lists, and a lead's number changes when the next of its numbers is tried.
    sa.Index("leads_by_number", "number", "campaign_id"),
    sa.Index("leads_by_campaign", "campaign_id", "lead_id"),
    # Open leads alone: who reserves a lead takes it out, and writes nothing in another place of it.
    sa.Index(
        "leads_ready",
        *(*_GROUP, "not_before", "lead_id"),
        sqlite_where=sa.text(_OPEN),
        postgresql_where=sa.text(_OPEN),
    ),
    # Of those tried or put off alone: importing a list costs nothing for it. Its first term keeps PostgreSQL from using
    # it where leads are wanted in another order (campaigns.store.sql_order).
    sa.Index(
        "leads_tried",
        *(*_GROUP, "attempts_made", "not_before", "lead_id"),
        sqlite_where=sa.text(_TRIED),
        postgresql_where=sa.text(_TRIED),
    ),
    # Nor for this, in campaigns of other orders.
    sa.Index(
        "leads_ranked",
        *(*_GROUP, "rank", "lead_id"),
        sqlite_where=sa.text(_RANKED),
        postgresql_where=sa.text(_RANKED),
    ),
    sa.Index(
        "leads_called_back",
        "campaign_id",
        "not_before",
        "callback_agent",
        "callback_ends_at",
        sqlite_where=sa.text("status = 'callback'"),
        postgresql_where=sa.text("status = 'callback'"),
    ),
    sa.Index(
        "leads_leased",
        "campaign_id",
        "lease_until",
        sqlite_where=sa.text("lease_until IS NOT NULL"),
        postgresql_where=sa.text("lease_until IS NOT NULL"),
    ),
    # PostgreSQL would look it up for every lead of an import; who adds leads locks the campaign once (decision 0200).
    sa.ForeignKeyConstraint(["campaign_id"], ["campaigns.campaign_id"]).ddl_if(dialect="sqlite"),
    sqlite_autoincrement=True,
)

lead_numbers = sa.Table(
    "lead_numbers",
    metadata,
    # Only of leads with several numbers: where to find them by a number other than the one to dial next.
    sa.Column("number", sa.Text, primary_key=True),
    sa.Column("lead_id", Id, sa.ForeignKey("leads.lead_id"), primary_key=True),
    sqlite_with_rowid=False,
)

lead_lists = sa.Table(
    "lead_lists",
    metadata,
    sa.Column("list_id", Id, sa.Identity(), primary_key=True),
    sa.Column("campaign_id", Id, sa.ForeignKey("campaigns.campaign_id"), nullable=False),
    sa.Column("name", sa.Text, nullable=False),
    sa.UniqueConstraint("campaign_id", "name"),
)

list_turns = sa.Table(
    "list_turns",
    metadata,
    # Of campaigns that mix their lists: when it is each list's turn (campaigns.rules.mixing).
    sa.Column("campaign_id", Id, sa.ForeignKey("campaigns.campaign_id"), primary_key=True),
    sa.Column("list_id", Id, primary_key=True),
    sa.Column("turn", sa.Double, nullable=False),
    sqlite_with_rowid=False,
)

lead_groups = sa.Table(
    "lead_groups",
    metadata,
    sa.Column("campaign_id", Id, sa.ForeignKey("campaigns.campaign_id"), primary_key=True),
    sa.Column("list_id", Id, primary_key=True),
    sa.Column("time_zone", sa.Text, primary_key=True),
    sa.Column("priority", sa.Integer, primary_key=True),
    sa.Column("leads_open", sa.BigInteger, nullable=False),
    sqlite_with_rowid=False,
)

lead_imports = sa.Table(
    "lead_imports",
    metadata,
    sa.Column("import_id", Id, sa.Identity(), primary_key=True),
    sa.Column("campaign_id", Id, sa.ForeignKey("campaigns.campaign_id"), nullable=False),
    sa.Column("status", sa.Text, nullable=False),
    # How far it has come, as a `LeadImport`.
    sa.Column("state", sa.Text, nullable=False),
    # No lead of the import has a lower id: where to look for them when it is rolled back.
    sa.Column("first_lead_id", Id, nullable=False),
    sa.Index("lead_imports_by_campaign", "campaign_id", "import_id"),
    sqlite_autoincrement=True,
)

attempts = sa.Table(
    "attempts",
    metadata,
    # The key that makes it impossible to write, and so to dial, the same try twice.
    sa.Column("lead_id", Id, sa.ForeignKey("leads.lead_id"), primary_key=True),
    sa.Column("attempt_number", sa.Integer, primary_key=True),
    sa.Column("campaign_id", Id, nullable=False),
    sa.Column("number", sa.Text, nullable=False),
    sa.Column("caller_id", sa.Text, nullable=False),
    sa.Column("trunk", sa.Text, nullable=False),
    sa.Column("placed_at", sa.Double, nullable=False),
    sa.Column("ringing_at", sa.Double),
    sa.Column("answered_at", sa.Double),
    sa.Column("bridged_at", sa.Double),
    sa.Column("ended_at", sa.Double),
    sa.Column("outcome", sa.Text),
    sa.Column("sip_status", sa.Integer),
    sa.Column("cause", sa.Text, nullable=False),
    sa.Column("agent_id", sa.Text, nullable=False),
    sa.Column("disposition", sa.Text, nullable=False),
    sa.Column("disposition_at", sa.Double),
    sa.Column("meaning", sa.Text),
    sa.Column("engine_id", sa.Text, nullable=False),
    sa.Column("asked_at", sa.Double),
    sa.Index("attempts_by_time", "placed_at", "lead_id", "attempt_number"),
    sa.Index("attempts_by_campaign", "campaign_id", "placed_at", "lead_id", "attempt_number"),
    # The gate's caps and quiet periods look at everything tried at a number.
    sa.Index("attempts_by_number", "number"),
    sa.Index(
        "attempts_open",
        "engine_id",
        "campaign_id",
        sqlite_where=sa.text("outcome IS NULL"),
        postgresql_where=sa.text("outcome IS NULL"),
    ),
    sqlite_with_rowid=False,
)

outcome_counts = sa.Table(
    "outcome_counts",
    metadata,
    sa.Column("campaign_id", Id, sa.ForeignKey("campaigns.campaign_id"), primary_key=True),
    sa.Column("day", sa.Integer, primary_key=True),
    sa.Column("outcome", sa.Text, primary_key=True),
    sa.Column("attempts", sa.BigInteger, nullable=False),
    sqlite_with_rowid=False,
)

cdrs = sa.Table(
    "cdrs",
    metadata,
    sa.Column("call_id", sa.Text, primary_key=True),
    sa.Column("campaign_id", Id, nullable=False),
    sa.Column("calling_number", sa.Text, nullable=False),
    sa.Column("called_number", sa.Text, nullable=False),
    sa.Column("trunk", sa.Text, nullable=False),
    sa.Column("started_at", sa.Double, nullable=False),
    sa.Column("answered_at", sa.Double),
    sa.Column("ended_at", sa.Double, nullable=False),
    sa.Column("talk_s", sa.Double, nullable=False),
    sa.Column("outcome", sa.Text, nullable=False),
    sa.Column("sip_status", sa.Integer),
    sa.Column("cause", sa.Text, nullable=False),
    sa.Column("agent_id", sa.Text, nullable=False),
    sa.Column("digits", sa.Text, nullable=False, server_default=""),
    sa.Column("amd", sa.Text, nullable=False, server_default=""),
    sa.Column("amd_confidence", sa.Double),
    sa.Column("amd_reason", sa.Text, nullable=False, server_default=""),
    sa.Column("audio", sa.Text, nullable=False, server_default=""),
    *(sa.Column(name, sa.Double) for name in ("jitter_s", "loss_rate", "far_loss_rate", "round_trip_s", "mos")),
    sa.Index("cdrs_by_time", "started_at", "call_id"),
    sa.Index("cdrs_by_campaign", "campaign_id", "started_at", "call_id"),
    sqlite_with_rowid=False,
)

blocked_numbers = sa.Table(
    "blocked_numbers",
    metadata,
    sa.Column("tenant_id", Id, primary_key=True),
    sa.Column("number", sa.Text, primary_key=True),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("blocked_at", sa.Double, nullable=False),
    # Set where the person was erased: nothing else is left that says whose number it is.
    sa.Column("erasure_id", Id),
    sa.Index(
        "blocked_numbers_erased",
        "erasure_id",
        sqlite_where=sa.text("erasure_id IS NOT NULL"),
        postgresql_where=sa.text("erasure_id IS NOT NULL"),
    ),
    sqlite_with_rowid=False,
)

do_not_call_lists = sa.Table(
    "do_not_call_lists",
    metadata,
    # National lists by name, and each campaign's own: "campaign:7".
    sa.Column("list", sa.Text, primary_key=True),
    # The day of a national list's copy; a sales call needs a fresh one.
    sa.Column("as_of", sa.Double, nullable=False),
    sa.Column("numbers", sa.BigInteger, nullable=False),
    sqlite_with_rowid=False,
)

listed_numbers = sa.Table(
    "listed_numbers",
    metadata,
    sa.Column("number", sa.Text, primary_key=True),
    sa.Column("list", sa.Text, primary_key=True),
    sqlite_with_rowid=False,
)

evidence = sa.Table(
    "evidence",
    metadata,
    # Why each call was allowed, as the gate saw it in the transaction that wrote the attempt; never changed.
    sa.Column("lead_id", Id, primary_key=True),
    sa.Column("attempt_number", sa.Integer, primary_key=True),
    sa.Column("verdicts", sa.Text, nullable=False),
    sqlite_with_rowid=False,
)

answer_hours = sa.Table(
    "answer_hours",
    metadata,
    # The regulators' abandon accounts, counted in step with the results: hours since 1970, by the time of the answer.
    sa.Column("campaign_id", Id, sa.ForeignKey("campaigns.campaign_id"), primary_key=True),
    sa.Column("hour", sa.Integer, primary_key=True),
    sa.Column("answered", sa.Integer, nullable=False),
    sa.Column("abandoned", sa.Integer, nullable=False),
    sa.Column("machines", sa.Integer, nullable=False),
    sqlite_with_rowid=False,
)
