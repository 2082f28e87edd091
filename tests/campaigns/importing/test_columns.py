from pathlib import Path

import pytest

from campaigns.importing.columns import REJECT_COLUMNS, Mapping, map_columns, mapping_text, read_mapping
from campaigns.model import PhoneKind
from campaigns.service.errors import CallerError, UnreadableFileError


def test_usual_headers_are_understood() -> None:
    columns = map_columns(["ID", "Phone Number", "Full name", "Time-Zone", "Priority", "City"])
    assert columns.numbers == {1: PhoneKind.UNKNOWN}
    assert columns.fields == {"external_id": 0, "name": 2, "time_zone": 3, "priority": 4}
    assert columns.attributes == {5: "City"}


@pytest.mark.parametrize("header", ["number", "TEL", "Telephone", "mobile", "Téléphone", "day_phone", "e164", "MSISDN"])
def test_the_number_has_many_names(header: str) -> None:
    assert list(map_columns(["city", header]).numbers) == [1]


def test_several_numbers_are_several_ways_to_one_person() -> None:
    columns = map_columns(["Mobile", "Number", "work phone", "phone 2", "phone notes"])
    assert list(columns.numbers.items()) == [
        (1, PhoneKind.UNKNOWN),
        (3, PhoneKind.UNKNOWN),
        (0, PhoneKind.MOBILE),
        (2, PhoneKind.WORK),
    ]
    assert columns.attributes == {4: "phone notes"}


def test_a_mapping_goes_before_every_guess() -> None:
    header = ["number", "Tel. 1", "name", "Town", "secret", "lang"]
    mapping = Mapping(
        columns={"Tel. 1": "number/work", "number": "external_id", "Town": "attribute/city", "secret": "ignore"}
    )
    columns = map_columns(header, mapping)
    assert columns.numbers == {1: PhoneKind.WORK}
    assert columns.fields == {"external_id": 0, "name": 2, "language": 5}
    assert columns.attributes == {3: "city"}
    again = Mapping(columns=columns.described(header))
    assert map_columns(header, again) == columns


def test_what_was_guessed_can_be_saved_and_used_again(tmp_path: Path) -> None:
    header = ["ID", "Mobile", "Phone", "Last name", "City", "City", "opt-in"]
    columns = map_columns(header)
    path = tmp_path / "mapping.json"
    path.write_bytes(mapping_text(Mapping(columns=columns.described(header))))
    assert map_columns(header, read_mapping(path)).numbers == columns.numbers
    assert map_columns(header, read_mapping(path)).fields == columns.fields


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        ({"Phone": "telephone"}, "takes 'Phone' for 'telephone'; choose from: number/unknown"),
        ({"Fone": "number"}, "names a column 'Fone' that is not there. Columns seen: 'Phone', 'City'"),
        ({"Phone": "name", "City": "name"}, "takes two columns for 'name'"),
        ({"Phone": "ignore"}, "no column holds the phone number"),
    ],
)
def test_a_mapping_that_does_not_fit_is_refused(columns: dict[str, str], message: str) -> None:
    with pytest.raises(UnreadableFileError, match=message):
        map_columns(["Phone", "City"], Mapping(columns=columns))


def test_a_mapping_that_is_none_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CallerError, match="cannot be read: No such file"):
        read_mapping(tmp_path / "none.json")
    (tmp_path / "odd.json").write_bytes(b'{"colums": {}}')
    with pytest.raises(CallerError, match=r"is not a mapping: .* save one with --save-mapping"):
        read_mapping(tmp_path / "odd.json")


def test_the_columns_of_a_rejects_file_are_no_attributes() -> None:
    columns = map_columns([*REJECT_COLUMNS, "phone", "city"])
    assert (columns.numbers, columns.attributes) == ({4: PhoneKind.UNKNOWN}, {5: "city"})


def test_first_and_last_names_count_where_there_is_no_whole_name() -> None:
    assert map_columns(["phone", "Last name", "First name"]).fields == {"first_name": 2, "last_name": 1}
    columns = map_columns(["phone", "name", "first name"])
    assert (columns.fields, columns.attributes) == ({"name": 1}, {2: "first name"})


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
