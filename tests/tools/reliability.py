"""Does a confidence mean something? Predicted against right, by field and by how sure the reader was.

    reliability.py CASES.jsonl PREDICTIONS.jsonl SCORE.py

`SCORE.py` is the shared folder's counter: it says when a value is right.
"""

import importlib.util
import itertools
import json
import sys
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

FIELDS = (
    "municipality", "world_region", "partner.municipality", "partner.country", "partnership_status",
    "contact.name", "contact.email", "contact.phone",
)  # fmt: skip
EDGES = (0.0, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 1.01)


def main() -> int:
    cases, predictions, counter = map(Path, sys.argv[1:4])
    gold = {case["id"]: case["gold"] for case in read(cases)}
    found = {Path(p["file"]).stem: p for p in read(predictions)}
    table: dict[float, list[tuple[float, bool]]] = defaultdict(list)
    for confidence, right in judged(gold, found, load(counter).READERS):
        table[max(edge for edge in EDGES if edge <= confidence)].append((confidence, right))
    sys.stdout.write(f"{'confidence':>14}{'values':>8}{'said':>8}{'right':>8}\n")
    for edge, following in itertools.pairwise(EDGES):
        if rows := table.get(edge):
            said, right = (sum(column) / len(rows) for column in zip(*rows, strict=True))
            sys.stdout.write(f"{edge:>7.2f}-{min(following, 1):<6.2f}{len(rows):>8}{said:>8.3f}{right:>8.3f}\n")
    return 0


def judged(gold: dict[str, Any], found: dict[str, Any], readers: dict[str, Any]) -> Iterator[tuple[float, bool]]:
    """Confidence and rightness of every value that was given."""
    for name, right in gold.items():
        prediction = found.get(name)
        if prediction is None or right["automated"] or prediction.get("automated"):
            continue
        for field in FIELDS:
            if value := readers[field](prediction):
                yield confidence_of(prediction, field), value == readers[field](right)


def confidence_of(prediction: dict[str, Any], field: str) -> float:
    """The best evidence of a field, 0 where there is none."""
    own = [e["confidence"] for e in prediction["evidence"] if e["field"] == field]
    return max(own, default=0.0)


def read(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]


def load(path: Path) -> Any:
    """A program as a module."""
    spec = importlib.util.spec_from_file_location("score", path)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules["score"] = module
    spec.loader.exec_module(module)
    return module


if __name__ == "__main__":
    sys.exit(main())
