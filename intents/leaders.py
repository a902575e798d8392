"""The dots with which a form typed by hand leads from a label to its value ("Region ........ Afrika")."""

import re
from dataclasses import replace

from klimapartner.intents.reading import Letter

LEADER = re.compile(r"(?m)(?<=[^\W_]) ?(?:\.{4,}|(?:\. ){3,}\.?|…{2,}|_{4,})(?=[ \t]+\S)")


def with_colons(letter: Letter) -> Letter:
    """The letter with a colon instead of every row of dots that leads to a value; its text keeps its length."""
    text = LEADER.sub(lambda row: ":".ljust(len(row.group())), letter.text)
    return letter if text == letter.text else replace(letter, text=text)
