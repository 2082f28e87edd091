import pytest

from simulation.scenario.lines import line_of

TEXT = """\
name = "x"

[day] # hours
hours = 8

[[campaigns]]
name = "a"
[campaigns.customers]
talk = { kind = "exponential", mean_s = 3 }
[[campaigns]]
name = "b"
customers.machine = 0.1
"""


@pytest.mark.parametrize(
    ("path", "line"),
    [
        ("$.name", 1),
        ("$.day", 3),
        ("$.day.hours", 4),
        ("$.day.unheard_of", 3),
        ("$.campaigns[0].customers.talk.mean_s", 9),
        ("$.campaigns[1].name", 11),
        ("$.campaigns[1].customers.machine", 12),
        ("$.campaigns", 6),
        ("$", None),
    ],
)
def test_line_of_a_key_or_of_the_table_above_it(path: str, line: int | None) -> None:
    assert line_of(TEXT, path) == line
