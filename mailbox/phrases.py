"""The phrase tables of the cutter, compiled once from `split_phrases.toml`."""

import re
import tomllib
from collections.abc import Iterable
from pathlib import Path
from typing import Any

TABLES: dict[str, Any] = tomllib.loads(Path(__file__).with_name("split_phrases.toml").read_text(encoding="utf-8"))


def any_of(patterns: Iterable[str]) -> str:
    """One alternation, the longest pattern first so that no prefix hides a longer one."""
    return "(?:" + "|".join(sorted(patterns, key=len, reverse=True)) + ")"


def literal(words: Iterable[str]) -> str:
    """An alternation of plain words."""
    return any_of(re.escape(word) for word in words)
