"""The language a sender writes in."""

import math
import re
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from lingua import Language, LanguageDetector, LanguageDetectorBuilder

from klimapartner.intents.reading import Letter

DEFAULT = "de"
LANGUAGES = (Language.GERMAN, Language.ENGLISH, Language.FRENCH, Language.SPANISH, Language.PORTUGUESE)
ENOUGH = 4  # fewer letters than this say nothing about a language
SURE_ENOUGH = 0.3
LONGEST = 1500  # characters read: more change nothing
SHORT = 300  # characters: up to here single words and letters are counted, too
FLOOR = 0.1  # what the letters say against a language is no more than that
WORD, SIGN = 1.6, 1.5  # weight of a word and of a letter of one language, in nats
HOME = 0.7  # nats for the language of most writers, where little is said
KINDS = ("body", "forward", "attachment", "subject")  # in this order until there is enough text
# Names, addresses and numbers speak the language of a place, not of the writer.
FOREIGN_BODIES = re.compile(
    r"(?<!\S)\S+@\S+|https?://\S+|www\.\S+|(?<!\S)\S*\d\S*"  # only at the start of a word: a long one stays linear
    r"|\b(?:engagement global|kommunale[nr]? klimapartnerschaft\w*|skew|lag 21)\b",
    re.IGNORECASE,
)
GREETING = re.compile(
    r"^\s*(?:dear|hallo|hello|liebe[rs]?|sehr geehrte\w*|bonjour|hola|ol[aá])\b[^\n]{0,60}$",
    re.IGNORECASE | re.MULTILINE,
)
TOKEN = re.compile(r"[^\W\d_]+['’]?")


@dataclass(frozen=True, slots=True)
class Words:
    """The languages of each short word, and of each telling letter."""

    words: dict[str, tuple[str, ...]]
    letters: dict[str, str]


@cache
def _detector() -> LanguageDetector:
    """Lingua by triples of letters alone: its longer rows cost 130 MB and say no more than the words below."""
    return LanguageDetectorBuilder.from_languages(*LANGUAGES).with_low_accuracy_mode().build()


@cache
def _words() -> Words:
    table = tomllib.loads((files("klimapartner.intents") / "language.toml").read_text(encoding="utf-8"))
    letters = {letter: code for code, row in table.pop("letters").items() for letter in row}
    found: dict[str, tuple[str, ...]] = {}
    for code, row in table.items():
        for word in dict.fromkeys(row.split()):
            found[word] = (*found.get(word, ()), code)
    return Words(found, letters)


def decide_language(letter: Letter) -> tuple[str, float]:
    """ISO 639-1 code and probability; German where the letter says too little (no text, names and numbers only)."""
    return detect(_own_words(letter))


def detect(text: str, default: str = DEFAULT) -> tuple[str, float]:
    """The language of a text; `default` with probability 0.5 where it is too short."""
    bare = FOREIGN_BODIES.sub(" ", text[: 20 * LONGEST])
    plain = (GREETING.sub(" ", bare).strip() or bare)[:LONGEST]  # a greeting may be all there is
    if sum(map(str.isalpha, plain)) < ENOUGH:
        return default, 0.5
    code, value = max(_likelihoods(plain).items(), key=lambda pair: pair[1])
    return (code, round(value, 3)) if value > SURE_ENOUGH else (default, 0.5)


def _likelihoods(text: str) -> dict[str, float]:
    """The probability of each language by its letters and, in a short text, by its words."""
    by_letters = _detector().compute_language_confidence_values(text)
    values = {found.language.iso_code_639_1.name.lower(): found.value for found in by_letters}
    if len(text) > SHORT or not values:
        return values
    scores = {code: math.log(value + FLOOR) + _bonus(text, code) for code, value in values.items()}
    whole = sum(map(math.exp, scores.values()))
    return {code: math.exp(score) / whole for code, score in scores.items()}


def _bonus(text: str, code: str) -> float:
    """What the short words and the letters of a language speak for it."""
    low, table = text.lower(), _words()
    hits = [table.words.get(word.replace("’", "'"), ()) for word in TOKEN.findall(low)]
    words = sum(1 / math.sqrt(len(codes)) for codes in hits if code in codes)
    letters = {letter for letter in low if table.letters.get(letter) == code}
    return WORD * words + SIGN * len(letters) + HOME * (code == DEFAULT)


def _own_words(letter: Letter) -> str:
    """The sender's running text, the subject only where there is little else."""
    text = ""
    for kind in KINDS:
        for part in letter.parts:
            if part.kind.partition(":")[0] == kind and len(text.strip()) < 4 * 8:
                text = f"{text}\n{letter.text[part.start : part.end]}"
    return text
