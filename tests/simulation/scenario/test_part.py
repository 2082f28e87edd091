import msgspec
import pytest

from simulation.scenario.part import Part


def test_a_key_that_a_table_does_not_have_is_an_error() -> None:
    with pytest.raises(msgspec.ValidationError, match="speed"):
        msgspec.convert({"speed": 1}, Part)
