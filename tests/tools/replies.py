"""What is kept of replies, line by line, held against two readings made line by line of the same texts.

The texts are the shared folder's; the readings (tests/mailbox/reply_readings.jsonl) hold line numbers only. Where the
package mail-parser-reply is installed its figures stand beside ours; it counts a closing formula as signature.
"""

import json
import os
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

from klimapartner.mailbox.split import split_body

ROOT = Path(__file__).parent.parent.parent
READINGS = ROOT / "tests" / "mailbox" / "reply_readings.jsonl"
PEER_LANGUAGES = ["en", "de", "fr", "es", "it", "nl", "pl", "da", "sv", "cs"]


@dataclass(frozen=True, slots=True)
class Reading:
    """The numbers (from 1) of the lines that two readers hold for the sender's own, and of all lines with text."""

    file: str
    text: str
    first: frozenset[int]
    second: frozenset[int]
    full: frozenset[int]

    @property
    def agreed(self) -> frozenset[int]:
        """The lines on which both readers say the same."""
        return self.full - (self.first ^ self.second)


@dataclass(frozen=True, slots=True)
class Figures:
    """Files without any difference, and the share of kept lines that are right and of right lines that are kept."""

    files: int
    exact: int
    precision: float
    recall: float


def main() -> int:
    mails = (ROOT / os.environ.get("SHARED", "../shared")).resolve() / "mails"
    if not mails.is_dir():
        say("No replies: SHARED names no folder that has them.")
        return 0
    readings = read_all(mails)
    splitters: dict[str, Callable[[str], frozenset[int]]] = {"our splitter": kept_lines}
    if find_spec("mailparser_reply"):
        splitters["mail-parser-reply"] = peer_lines
    say(f"{'':20}{'held against':16}{'exact':>9}{'precision':>11}{'recall':>9}")
    say_row("first reader", "second", count((r.first, r.second, r.full) for r in readings))
    for name, splitter in splitters.items():
        kept = [splitter(reading.text) for reading in readings]
        for against, figures in held_against(readings, kept).items():
            say_row(name, against, figures)
    if "-v" in sys.argv:
        say_differences(readings)
    return 0


def read_all(mails: Path) -> list[Reading]:
    """The readings with the texts they are of."""
    lines = READINGS.read_text(encoding="utf-8").splitlines()
    return [_reading(mails, json.loads(line)) for line in lines]


def _reading(mails: Path, entry: dict[str, object]) -> Reading:
    text = (mails / str(entry["file"])).read_text(encoding="utf-8", errors="replace")
    full = frozenset(number for number, line in enumerate(text.split("\n"), 1) if line.strip())
    return Reading(str(entry["file"]), text, _numbers(entry["first"]) & full, _numbers(entry["second"]) & full, full)


def _numbers(ranges: object) -> frozenset[int]:
    assert isinstance(ranges, list)
    return frozenset(number for first, last in ranges for number in range(first, last + 1))


def kept_lines(text: str) -> frozenset[int]:
    """The lines in which our splitter finds words of the sender."""
    parts = [part for part in split_body(text) if part.kind == "body"]
    kept, start = set(), 0
    for number, line in enumerate(text.split("\n"), 1):
        end = start + len(line)
        if line.strip() and any(text[max(start, part.start) : min(end, part.end)].strip() for part in parts):
            kept.add(number)
        start = end + 1
    return frozenset(kept)


def peer_lines(text: str) -> frozenset[int]:
    """The lines that mail-parser-reply keeps of the latest reply, found again in order."""
    parser = import_module("mailparser_reply").EmailReplyParser(languages=PEER_LANGUAGES)
    replies = parser.read(text).replies
    wanted = [" ".join(line.split()) for line in (replies[0].body if replies else "").split("\n") if line.strip()]
    kept, at = set(), 0
    for number, line in enumerate(text.split("\n"), 1):
        if at < len(wanted) and " ".join(line.split()) == wanted[at]:
            kept.add(number)
            at += 1
    return frozenset(kept)


def held_against(readings: Sequence[Reading], kept: Sequence[frozenset[int]]) -> dict[str, Figures]:
    """Figures against each reader, and on those lines only on which both agree."""
    pairs = list(zip(readings, kept, strict=True))
    return {
        "first": count((lines, r.first, r.full) for r, lines in pairs),
        "second": count((lines, r.second, r.full) for r, lines in pairs),
        "both agreeing": count((lines, r.first & r.second, r.agreed) for r, lines in pairs),
    }


def count(files: Iterable[tuple[frozenset[int], frozenset[int], frozenset[int]]]) -> Figures:
    """Figures over (kept, right, lines that count) of each file."""
    counted = [(kept & counts, right & counts) for kept, right, counts in files]
    hits = sum(len(kept & right) for kept, right in counted)
    kept_all, right_all = (sum(len(pair[at]) for pair in counted) for at in (0, 1))
    exact = sum(kept == right for kept, right in counted)
    return Figures(len(counted), exact, hits / max(kept_all, 1), hits / max(right_all, 1))


def say_differences(readings: Iterable[Reading]) -> None:
    """The files where both readers say otherwise than our splitter."""
    for reading in readings:
        kept = kept_lines(reading.text)
        wrong = sorted((kept - reading.first - reading.second) & reading.full)
        missed = sorted((reading.first & reading.second) - kept)
        if wrong or missed:
            say(f"{reading.file}: kept {wrong}, missed {missed}")


def say_row(name: str, against: str, figures: Figures) -> None:
    exact = f"{figures.exact}/{figures.files}"
    say(f"{name:20}{against:16}{exact:>9}{figures.precision:>11.3f}{figures.recall:>9.3f}")


def say(text: str) -> None:
    """A line of the table."""
    sys.stdout.write(f"{text}\n")


if __name__ == "__main__":
    sys.exit(main())
