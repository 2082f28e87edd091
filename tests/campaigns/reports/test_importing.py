from campaigns.imports import ImportStatus, LeadImport
from campaigns.reports.importing import tally_imports


def one(list_id: int, status: ImportStatus, rows: int) -> LeadImport:
    return LeadImport(
        import_id=1, campaign_id=1, list_id=list_id, status=status, file_name="", digest="", created_at=0.0,
        updated_at=0.0, rows=rows, accepted=rows,
    )  # fmt: skip


def test_imports_of_one_list_are_added_and_those_taken_back_left_out() -> None:
    found = tally_imports(
        [one(1, ImportStatus.FINISHED, 3), one(1, ImportStatus.FAILED, 2), one(2, ImportStatus.ROLLED_BACK, 9)]
    )
    assert [(tally.list_id, tally.rows, tally.accepted) for tally in found] == [(1, 5, 5)]
