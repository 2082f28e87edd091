import pytest

from campaigns.importing.columns import map_columns
from campaigns.service.errors import UnreadableFileError


def test_usual_headers_are_understood() -> None:
    columns = map_columns(["ID", "Phone Number", "Full name", "Time-Zone", "Priority", "City"])
    assert (columns.external_id, columns.number, columns.name, columns.time_zone, columns.priority) == (0, 1, 2, 3, 4)
    assert columns.attributes == {5: "City"}


@pytest.mark.parametrize("header", ["number", "TEL", "Telephone", "mobile", "Téléphone", "day_phone", "e164", "MSISDN"])
def test_the_number_has_many_names(header: str) -> None:
    assert map_columns(["city", header]).number == 1


def test_the_better_name_for_the_number_wins_and_the_other_column_is_kept() -> None:
    columns = map_columns(["mobile", "number"])
    assert (columns.number, columns.attributes) == (1, {0: "mobile"})


def test_first_and_last_names_count_where_there_is_no_whole_name() -> None:
    assert map_columns(["phone", "Last name", "First name"]).first_name == 2
    columns = map_columns(["phone", "name", "first name"])
    assert (columns.name, columns.first_name, columns.attributes) == (1, None, {2: "first name"})


def test_attributes_of_one_name_stay_apart() -> None:
    columns = map_columns(["phone", "note", "note", "", " "])
    assert columns.attributes == {1: "note", 2: "note (3)", 3: "column 4", 4: "column 5"}


def test_a_file_without_a_number_is_refused_with_the_columns_seen() -> None:
    with pytest.raises(
        UnreadableFileError, match=r"name its column 'number' or 'phone' .* Columns seen: 'city', 'age'"
    ):
        map_columns(["city", "age"])


def test_there_is_a_limit_to_columns() -> None:
    with pytest.raises(UnreadableFileError, match="201 columns, at most 200"):
        map_columns(["number"] + ["x"] * 200)
