"""The language a sender writes in."""

import re
from functools import cache

from lingua import Language, LanguageDetector, LanguageDetectorBuilder

from klimapartner.intents.reading import Letter

DEFAULT = "de"
LANGUAGES = (Language.GERMAN, Language.ENGLISH, Language.FRENCH, Language.SPANISH, Language.PORTUGUESE)
ENOUGH = 8  # fewer letters than this say nothing about a language
LONGEST = 1500  # characters read: more change nothing
KINDS = ("body", "forward", "attachment", "subject")  # in this order until there is enough text
# Names, addresses and numbers speak the language of a place, not of the writer.
FOREIGN_BODIES = re.compile(
    r"(?<!\S)\S+@\S+|https?://\S+|www\.\S+|(?<!\S)\S*\d\S*"  # only at the start of a word: a long one stays linear
    r"|^\s*(?:dear|hallo|hello|liebe[rs]?|sehr geehrte\w*|bonjour|hola|ol[aá])\b[^\n]{0,60}$",
    re.IGNORECASE | re.MULTILINE,
)
ORGANISER = re.compile(r"\b(?:engagement global|kommunale[nr]? klimapartnerschaft\w*|skew|lag 21)\b", re.IGNORECASE)


@cache
def _detector() -> LanguageDetector:
    return LanguageDetectorBuilder.from_languages(*LANGUAGES).build()


def decide_language(letter: Letter) -> tuple[str, float]:
    """ISO 639-1 code and probability; German where the letter says too little (no text, names and numbers only)."""
    return detect(_own_words(letter))


def detect(text: str, default: str = DEFAULT) -> tuple[str, float]:
    """The language of a text; `default` with probability 0.5 where it is too short."""
    plain = ORGANISER.sub(" ", FOREIGN_BODIES.sub(" ", text[: 20 * LONGEST]))[:LONGEST]
    if sum(map(str.isalpha, plain)) < ENOUGH:
        return default, 0.5
    best = _detector().compute_language_confidence_values(plain)[0]
    code = best.language.iso_code_639_1.name.lower()
    return (code, round(best.value, 3)) if best.value > 0.3 else (default, 0.5)


def _own_words(letter: Letter) -> str:
    """The sender's running text, the subject only where there is little else."""
    text = ""
    for kind in KINDS:
        for part in letter.parts:
            if part.kind.partition(":")[0] == kind and len(text.strip()) < 4 * ENOUGH:
                text = f"{text}\n{letter.text[part.start : part.end]}"
    return text
