"""Chat lines as training examples for the FAQ voters."""

import json
from collections.abc import Iterable, Iterator, Sequence
from importlib.resources import files
from pathlib import Path
from typing import Any

from klimapartner.intents.faq_features import features
from klimapartner.intents.faq_order import FAQ_IDS
from klimapartner.intents.train.linear import Row, row

Line = dict[str, Any]
PHRASES = ("s:", "l:")  # features of whole phrases


def corpus(kind: str = "w") -> list[Line]:
    """The chat lines of a kind of writers (w: to train on, h: held out), each with its writer."""
    folder = files("klimapartner.intents") / "corpus"
    paths = sorted(Path(str(folder)).glob(f"{kind}*.chat.jsonl"))
    return [{**line, "writer": path.name.partition(".")[0]} for path in paths for line in read_lines([path])]


def read_lines(paths: Iterable[Path]) -> Iterator[Line]:
    """The lines of chat files: {"id", "text", "language", "faq"}."""
    for path in paths:
        yield from (json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip())


def line_rows(lines: Iterable[Line]) -> list[Row]:
    """The lines as examples."""
    return [each for line in lines for each in twice(features(line["text"]), line["faq"])]


def twice(found: Sequence[str], ids: Iterable[str]) -> tuple[Row, Row]:
    """Features that ask for these ids as they are, and without what whole phrases say.

    The phrases were written beside the same lines and know them too well; without the second copy the voter would lean
    on them alone.
    """
    asked = frozenset(ids)
    truth = [float(name in asked) for name in FAQ_IDS]
    return row(found, truth), row([name for name in found if not name.startswith(PHRASES)], truth)
