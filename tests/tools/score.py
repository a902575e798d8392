"""`make score`: the readings held against the gold sets and our own texts, a table each with the cases behind it.

The programs that build mails and count are the shared folder's; where it is absent there is nothing to hold against.
"""

import os
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from tempfile import TemporaryDirectory

ROOT = Path(__file__).parent.parent.parent
COMMAND = Path(sys.executable).parent / "klimapartner"
CORPUS = ROOT / "intents" / "corpus"


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
        score_mails(gold, work / "own", joined(work / "own.mails.jsonl", CORPUS.glob("*.mails.jsonl")), "own corpus")
        score_chat(gold, work / "own", joined(work / "own.chat.jsonl", CORPUS.glob("*.chat.jsonl")), "own corpus")
    return 0


def score_mails(gold: Path, work: Path, cases: Path, title: str) -> None:
    """Build the mails of a set, read them, count."""
    run(gold / "build_eml.py", cases, work / "eml")
    predictions = work / "mails.jsonl"
    with predictions.open("w", encoding="utf-8") as out:
        subprocess.run([COMMAND, "parse", "--json", work / "eml"], stdout=out, check=False)
    say(f"\n=== mails, {title} ===")
    run(gold / "score.py", cases, predictions, *sys.argv[1:])


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
