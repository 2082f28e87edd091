import json

import msgspec
import pytest

from simulation.models.distributions import Lognormal
from simulation.scenario.explaining import json_schema, keys_of, table_at
from simulation.scenario.loading import ScenarioError
from simulation.scenario.model import Customers, Scenario


def test_a_key_is_told_with_kind_unit_default_and_meaning() -> None:
    keys = {key.name: key for key in keys_of(Customers)}

    assert keys["answer_probability"].unit == "0..1"
    assert keys["talk"].kind == "duration"
    assert keys["talk"].default == '{ kind = "lognormal", mean_s = 120, cv = 1 }'
    assert keys["amd"].default == "left out"
    assert keys["hour_factors"].words.startswith("Multiplies the odds of an answer in an hour of the day")
    assert [key.name for key in keys_of(Customers)] == list(Customers.__struct_fields__)
    assert next(key for key in keys_of(Lognormal) if key.name == "mean_s").default == ""


def test_tables_are_found_by_their_path() -> None:
    assert table_at("") is Scenario
    assert table_at("campaigns.customers") is Customers
    assert table_at("campaigns.customers.lognormal") is Lognormal
    assert table_at("agents.mass_log_offs").__name__ == "MassLogOff"
    with pytest.raises(ScenarioError, match=r"no table 'x'; the tables there are: .*customers"):
        table_at("campaigns.x")


def test_the_json_schema_has_every_key_and_refuses_others() -> None:
    schema = json.loads(json.dumps(json_schema()))
    tables = schema["$defs"]

    assert set(tables["Customers"]["properties"]) == set(Customers.__struct_fields__)
    assert tables["Customers"]["additionalProperties"] is False
    assert "[s]" in tables["Day"]["properties"]["warmup_s"]["description"]
    assert set(tables["Change"]["properties"]["parameter"]) <= {"$ref", "description", "default"}
    assert msgspec.json.schema(Scenario)["$ref"] == schema["$ref"]
