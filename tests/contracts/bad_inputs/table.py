"""Counts of the cases by family and outcome, as README.md has them.

python tests/contracts/bad_inputs/table.py            prints the table
python tests/contracts/bad_inputs/table.py --write    puts it into README.md
"""

from __future__ import annotations

import sys
import tempfile
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
BEGIN, END = "<!-- bad inputs: begin -->", "<!-- bad inputs: end -->"


def counts(outcomes: Iterable[tuple[str, str]]) -> str:
    """A Markdown table of (family, outcome) pairs, families in the order they come."""
    from tests.contracts.bad_inputs.run import OUTCOMES

    pairs = list(outcomes)
    found = Counter(pairs)
    families = list(dict.fromkeys(family for family, _ in pairs))
    rows = [(family, *(found[family, outcome] for outcome in OUTCOMES)) for family in families]
    sums = ("**all**", *(sum(row[1 + at] for row in rows) for at in range(len(OUTCOMES))))
    lines = ["| family | cases | " + " | ".join(OUTCOMES) + " |"]
    lines.append("| --- |" + " ---: |" * (len(OUTCOMES) + 1))
    for family, *numbers in [*rows, sums]:
        shown = " | ".join(str(number or "") for number in numbers)
        lines.append(f"| {family} | {sum(numbers)} | {shown} |")
    return "\n".join(lines)


def table() -> str:
    """The table from a run of every case."""
    from tests.contracts.bad_inputs.families import CASES
    from tests.contracts.bad_inputs.run import run

    with tempfile.TemporaryDirectory() as place:
        return counts(
            (case.family, run(case, Path(place, str(number))).outcome)
            for number, case in enumerate(CASES)
        )


def in_readme() -> str:
    """The table that README.md shows."""
    return (ROOT / "README.md").read_text(encoding="utf-8").split(BEGIN)[1].split(END)[0].strip()


def write(shown: str) -> None:
    """Put a table between the marks of README.md."""
    readme = ROOT / "README.md"
    before, rest = readme.read_text(encoding="utf-8").split(BEGIN)
    readme.write_text(f"{before}{BEGIN}\n{shown}\n{END}{rest.split(END)[1]}", encoding="utf-8")


def main(words: list[str]) -> None:
    """Print the table, or put it into README.md."""
    shown = table()
    if "--write" in words:
        write(shown)
    else:
        print(shown)


if __name__ == "__main__":
    sys.path[0] = str(ROOT)  # not the folder of this file, whose modules are no programs
    main(sys.argv[1:])
