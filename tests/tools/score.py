"""`make score`: the readings held against the gold sets and our own texts, a table each with the cases behind it.

The programs that build mails and count are the shared folder's; where it is absent there is nothing to hold against.
"""

import json
import os
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

ROOT = Path(__file__).parent.parent.parent
COMMAND = Path(sys.executable).parent / "klimapartner"
KINDS = ("mails", "chat")
CORPUS = ROOT / "intents" / "corpus"
SETS = {
    "w2": "own writers, seen while building, the voters learn from them",
    "h": "own writers, held out from the rules",
    "u": "own writers, written last: neither rules nor voters learn from them",
}


def main() -> int:
    gold = (ROOT / os.environ.get("SHARED", "../shared")).resolve() / "gold"
    if not gold.is_dir():
        say("No gold sets: SHARED names no folder that has them.")
        return 0
    with TemporaryDirectory() as folder:
        work = Path(folder)
        score_mails(gold, work / "dev", gold / "dev" / "cases.jsonl", "dev set")
        score_chat(gold, work / "dev", gold / "dev" / "chat.jsonl", "dev set")
        score_places(gold, work / "traps")
        for name, title in SETS.items():
            files = [joined(work / f"{name}.{kind}.jsonl", CORPUS.glob(f"{name}*.{kind}.jsonl")) for kind in KINDS]
            score_mails(gold, work / name, files[0], title)
            score_chat(gold, work / name, files[1], title)
        score_machines(gold, work / "m", joined(work / "m.mails.jsonl", CORPUS.glob("m*.mails.jsonl")))
    return 0


def score_mails(gold: Path, work: Path, cases: Path, title: str) -> None:
    """Build the mails of a set, read them, count; a table of how far a confidence can be trusted below."""
    predictions = read_mails(gold, work, cases)
    say(f"\n=== mails, {title} ===")
    run(gold / "score.py", cases, predictions, *sys.argv[1:])
    run(Path(__file__).with_name("reliability.py"), cases, predictions, gold / "score.py")


def score_machines(gold: Path, work: Path, cases: Path) -> None:
    """Machine or person alone, on the sets that are labelled for that."""
    predictions = read_mails(gold, work, cases)
    said = {Path(p["file"]).stem: p.get("automated", False) for p in lines_of(predictions)}
    pairs = [(case["gold"]["automated"], said[case["id"]]) for case in lines_of(cases)]
    right, found, there = pairs.count((True, True)), sum(p for _, p in pairs), sum(g for g, _ in pairs)
    say("\n=== machine or person, own texts, mostly without telling headers ===")
    say(f"mails {len(pairs)}, machines {there}: precision {right / found:.3f}, recall {right / there:.3f}")


def read_mails(gold: Path, work: Path, cases: Path) -> Path:
    """The readings of a set, one JSON object a line."""
    run(gold / "build_eml.py", cases, work / "eml")
    predictions = work / "mails.jsonl"
    with predictions.open("w", encoding="utf-8") as out:
        subprocess.run([COMMAND, "parse", "--json", work / "eml"], stdout=out, check=False)
    return predictions


def lines_of(path: Path) -> list[dict[str, Any]]:
    """The objects of a file of JSON lines."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]


def score_chat(gold: Path, work: Path, lines: Path, title: str) -> None:
    """Ask every chat line of a set, count."""
    predictions = work / "chat.jsonl"
    work.mkdir(parents=True, exist_ok=True)
    with lines.open(encoding="utf-8") as asked, predictions.open("w", encoding="utf-8") as out:
        subprocess.run([COMMAND, "ask", "--jsonl"], stdin=asked, stdout=out, check=False)
    say(f"\n=== chat lines, {title} ===")
    run(gold / "score.py", "--chat", lines, predictions, *sys.argv[1:])


def score_places(gold: Path, work: Path) -> None:
    """The place traps."""
    run(gold / "score_places.py", "make", gold / "place_traps.tsv", work / "eml")
    predictions = work / "traps.jsonl"
    with predictions.open("w", encoding="utf-8") as out:
        subprocess.run([COMMAND, "parse", "--json", work / "eml"], stdout=out, check=False)
    say("\n=== place traps ===")
    run(gold / "score_places.py", "score", gold / "place_traps.tsv", predictions)


def joined(path: Path, files: Iterable[Path]) -> Path:
    """Several files of lines as one."""
    path.write_text("".join(file.read_text(encoding="utf-8") for file in sorted(files)), encoding="utf-8")
    return path


def run(program: Path, *arguments: object) -> None:
    """One of the shared folder's programs, its output in ours."""
    sys.stdout.flush()
    subprocess.run([sys.executable, program, *map(str, arguments)], check=False)


def say(text: str) -> None:
    """A line of the table."""
    sys.stdout.write(f"{text}\n")


if __name__ == "__main__":
    sys.exit(main())
