import msgspec

from campaigns.model import Cdr
from campaigns.quality import CallQuality


def test_a_cdr_has_a_field_for_every_figure() -> None:
    assert set(CallQuality.__struct_fields__) <= set(Cdr.__struct_fields__)
    figures = {field.name: field.type for field in msgspec.structs.fields(Cdr)}
    for field in msgspec.structs.fields(CallQuality):
        assert field.name == "audio" or figures[field.name] == field.type
