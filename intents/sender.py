"""What the address and the signature say about who writes: a body of the Global South, a party group."""

import re
from collections.abc import Sequence

from klimapartner.intents.cues import fold, labels
from klimapartner.intents.reading import Letter
from klimapartner.intents.sentences import Sentence

FOREIGN_PHONE = re.compile(
    r"(?:\+|\b00)\s?\(?(?!49|43|41|42|4[4-8]|3[0-9])(\d{1,3})[\s()./-]*\d[\d\s()./-]{5,}"
    r"|(?<![\d+/-])\(?[2-9]\d{2}\)?[-.\s][2-9]\d{2}[-.\s]\d{4}\b"  # the form of North America and the Caribbean
)
GERMAN_PHONE = re.compile(r"(?:\+|\b00)\s?49|\b0(?:30|40|69|89|[2-9]\d{2,4})\)?[\s/-]+\d{2,}")
SELLER = re.compile(
    r"\b(?:gmbh|consult\w*|marketing|sales|vertrieb|agency|agentur\b(?! für)|solutions"
    r"|software|planungsb(?:ü|ue)ro|ingenieurb(?:ü|ue)ro|akquise|kanzlei|shop|casino|lotto\w*)\b|beratung[.-]|-agency|-consult",
    re.IGNORECASE,
)
GROUP = re.compile(
    r"fraktion|gruene|grüne|\bspd|\bcdu|\bcsu|\bfdp|linke|freie wähler|freie-waehler|volt|ortsverband|ortsverein",
    re.IGNORECASE,
)


def is_southern(letter: Letter, sentences: Sequence[Sentence], town: str | None = None) -> bool:
    """Whether a town or body outside Germany writes: it seeks a German partner, or its phone is a foreign one.

    `town` is the partner town that the letter names: it is the writer where it stands in the From header.
    """
    text = letter.text
    foreign = bool(FOREIGN_PHONE.search(text) or (town and fold(town) in fold(letter.from_name)))
    foreign = foreign and not GERMAN_PHONE.search(text)
    seeks = any(
        {"intent.offer.sure", "intent.offer.seeks"} <= found and "intent.offer.void" not in found
        for found in (labels(s.text) for s in sentences)
    )
    return foreign or (seeks and not GERMAN_PHONE.search(text))


def is_seller(letter: Letter) -> bool:
    """Whether a firm that sells or a newsroom is the sender by name or address."""
    return bool(SELLER.search(f"{letter.from_name} {letter.from_addr}"))


def is_group(letter: Letter) -> bool:
    """Whether a party or its group in a council is the sender by name or address."""
    return bool(GROUP.search(f"{letter.from_name} {letter.from_addr}"))
