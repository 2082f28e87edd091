"""The data team's guide, run as it stands: its file is written, its commands typed, its answers compared."""

import os
import re
import subprocess
import sys
from pathlib import Path

from campaigns.model import Campaign
from campaigns.store.opening import open_store

GUIDE = Path(__file__).parents[2] / "docs" / "guides" / "lead-import.md"


def blocks(kind: str) -> list[str]:
    return re.findall(rf"^```{kind}\n(.*?)^```$", GUIDE.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)


def fits(answer: str, expected: str) -> bool:
    """Whether an answer is the one that stands in the guide; three dots stand for anything."""
    parts = [re.escape(part) for part in expected.rstrip("\n").split("...")]
    return re.fullmatch(".*".join(parts) + r"\n*", answer, re.DOTALL) is not None


def type_in(command: str, folder: Path) -> str:
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    plain = {name: value for name, value in os.environ.items() if not name.startswith("DIALER_")}
    environment = {**plain, "PATH": path, "COLUMNS": "200"}
    done = subprocess.run(
        command, shell=True, cwd=folder, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    assert done.returncode == 0, f"{command}\n{done.stdout}"
    return done.stdout


def test_every_command_answers_as_the_guide_says(tmp_path: Path) -> None:
    store = open_store(f"sqlite:///{tmp_path}/dialer.sqlite3", upgrade=True)
    store.create_campaign(Campaign(campaign_id=0, name="spring", skill_group="sales"))
    store.close()
    people, rejects = blocks("text")
    (tmp_path / "people.csv").write_text(people, encoding="utf-8")
    typed = 0
    for block in blocks("console"):
        steps = re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]
        for step in steps:
            command, _, expected = step.partition("\n")
            answer = type_in(command, tmp_path)
            assert fits(answer, expected), f"{command}\nanswered:\n{answer}\nthe guide says:\n{expected}"
            typed += 1
            if command.endswith("--list March") and "rejects" not in command:
                written = (tmp_path / "people.csv.rejects.csv").read_text(encoding="utf-8-sig")
                assert written.splitlines() == rejects.splitlines()
    assert typed == 5


def test_the_mapping_of_the_guide_fits_its_list(tmp_path: Path) -> None:
    from campaigns.importing.columns import map_columns, read_mapping
    from campaigns.model import PhoneKind

    (mapping,) = blocks("json")
    path = tmp_path / "people.json"
    path.write_text(mapping)
    header = blocks("text")[0].splitlines()[0].split(";")
    columns = map_columns(header, read_mapping(path))
    assert list(columns.numbers.values()) == [PhoneKind.MOBILE, PhoneKind.HOME]
    assert columns.attributes == {6: "colour of the car"}
