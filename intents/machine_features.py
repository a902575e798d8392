"""What the machine voter sees of a letter: words and pairs, the shape of the text, who sends, signs and speaks."""

import re
import tomllib
from itertools import combinations, pairwise
from pathlib import Path

from klimapartner.intents.fold import folded
from klimapartner.intents.machine_scene import scene
from klimapartner.intents.machine_sender import sender_kind
from klimapartner.intents.reading import Letter

_WORDS = tomllib.loads(Path(__file__).with_name("machine_words.toml").read_text(encoding="utf-8"))
_SAID = {name: re.compile(pattern, re.MULTILINE) for name, pattern in _WORDS["body"].items()}
_OWN = ("body", "signature")
_HEAD, _TAIL = 1_800, 500
_STEM = 6
_CALENDAR = {word[:_STEM]: kind for kind, words in _WORDS["calendar"].items() for word in words}
_ADDRESS = re.compile(r"(?<!\S)\S+@\S+|\bwww\.\S+|(?<=://)\S+")
_TOKEN = re.compile(r"[^\W\d_]+|\d+")
_FIELD = re.compile(r"^[^\n:?!.]{2,32}: ?\S", re.MULTILINE)
_CODE = re.compile(
    r"\b(?=[\w./-]*\d)(?:[a-z]{1,8}[-/.]?\d[\w./-]*\d|\d{2,4}[-/.]\w*[-/]?\d{3,}|\d{5,})\b|#\d{2,}|n[°º.] ?\d{2,}"
)
_CLOCK = re.compile(r"\b\d{1,2}:\d\d\b")
_LINK = re.compile(r"https?://")
_NAME = r"[A-ZÀ-Þ][\w'.-]*"
_NAME_LINE = re.compile(
    rf"(?:gez\. |i\. ?[av]\. |für \w+ |ihre? |votre )?{_NAME}(?:,? {_NAME}){{0,3}},?(?: ?[,/|-] .{{2,60}})?"
)
_PHONE = re.compile(r"(?<!\d)(?:\+\d{2}|0)[\d /()-]{6,}\d")
_BULLET = re.compile(r"^ ?(?:[-*•+>★]|\d{1,2}[.)]) ", re.MULTILINE)
_BAR = re.compile(r" [|·] ")
_BUTTON = re.compile(r"^[^\n.!?,:]{4,40}$", re.MULTILINE)
_ANSWER = re.compile(r"(?:re|aw|antw|ré|res|rv|sv)\s?:", re.IGNORECASE)
_PASSED = re.compile(r"(?:wg|fwd?|tr|enc|rv)\s?:", re.IGNORECASE)


def features(letter: Letter) -> list[str]:
    """The features of a letter, each once, sorted; a letter without any text has those of its sender."""
    subject, body = _text(letter, ("subject",)), _text(letter, _OWN)
    sender, said = sender_kind(letter.from_name, letter.from_addr), _said(body)
    head = _subject_shape(subject)
    found = {
        *_words(subject, "s"),
        *_words(body, "b"),
        *(f"n:{word}" for word in _stems(letter.from_name)),
        *(f"a:{word}" for word in _stems(letter.from_addr.rpartition("@")[0])),
        *(f"d:{word}" for word in _stems(letter.from_addr.rpartition("@")[2].rpartition(".")[0])),
        *head,
        *_shape(body),
        *_signing(letter, body),
        *(f"T!{name}" for name in said),
        *(f"T!{one}+{two}" for one, two in combinations(sorted(said), 2)),
        *(f"F!{sender}+{sign}" for sign in head | said | {""}),
        *scene(body, said, sender),
    }
    return sorted(found)


def _text(letter: Letter, kinds: tuple[str, ...]) -> str:
    """The stretches of these kinds, the middle of a long text left out, blanks joined, case folded."""
    text = "\n".join(letter.text[part.start : part.end] for part in letter.parts if part.kind in kinds)
    if len(text) > _HEAD + _TAIL:
        text = f"{text[:_HEAD]}\n{text[-_TAIL:]}"
    return re.sub(r" ?\n ?", "\n", re.sub(r"[^\S\n]+", " ", _ADDRESS.sub(" @ ", text.replace("’", "'")))).strip()


def _stems(text: str) -> list[str]:
    return [_stem(word) for word in _TOKEN.findall(text.casefold())]


def _stem(word: str) -> str:
    """The beginning of a word; numbers by their length, months and days of the week by their kind."""
    return _CALENDAR.get(word[:_STEM], word[:_STEM]) if word.isalpha() else "0" * min(len(word), 4)


def _words(text: str, mark: str) -> set[str]:
    stems = _stems(text)
    return {f"{mark}:{stem}" for stem in stems} | {f"{mark}:{one}_{two}" for one, two in pairwise(stems)}


def _subject_shape(subject: str) -> set[str]:
    low = subject.casefold()
    plain = _PASSED.sub("", _ANSWER.sub("", low)).strip()
    signs = {
        "answer": _ANSWER.match(low),
        "passed": _PASSED.match(low),
        "code": _CODE.search(plain),
        "bracket": re.match(r"\[[^\]]+\]", plain),
        "label": re.match(r"[^\s:]+(?: [^\s:]+)? ?: ", plain),
        "asks": "?" in plain,
        "digits": re.search(r"\d", plain),
        "bare": len(plain) < 12,
    }
    return {f"S!{name}" for name, hit in signs.items() if hit}


def _shape(body: str) -> set[str]:
    low, lines = body.casefold(), [line for line in body.split("\n") if line]
    counts = {
        "field": len(_FIELD.findall(body)),
        "code": len(_CODE.findall(low)),
        "clock": len(_CLOCK.findall(body)),
        "link": len(_LINK.findall(low)),
        "bullet": len(_BULLET.findall(body)),
        "bar": len(_BAR.findall(body)),
        "button": sum(bool(_BUTTON.match(line)) for line in lines[:-1]),
    }
    signs = {f"B!{name}{min(count, 3)}" for name, count in counts.items() if count}
    return signs | {f"B!words{min(len(body.split()) // 15, 6)}"}


def _signing(letter: Letter, body: str) -> set[str]:
    """Whether the sender is somebody: the name in the address, at the end of the text, or any name there."""
    names = [
        word for word in re.findall(r"[^\W\d_]{3,}", folded(letter.from_name)) if word not in ("stadt", "gemeinde")
    ]
    local = folded(letter.from_addr.rpartition("@")[0])
    lines = [line for line in body.split("\n") if line]
    tail = folded(" ".join(lines[-4:]))
    last = lines[-1] if lines else ""
    signs = {
        "own_address": any(name in local for name in names),
        "signs_self": any(re.search(rf"\b{name}\b", tail) for name in names),
        "signs_name": bool(_NAME_LINE.fullmatch(last)),
        "signs_above": any(_NAME_LINE.fullmatch(line) for line in lines[-4:-1]),
        "phone": bool(_PHONE.search("\n".join(lines[-3:]))),
        "two_names": bool(re.fullmatch(r"(?:[\w.]+ )?[A-ZÀ-Þ][\w'-]+ (?:\w+ )?[A-ZÀ-Þ][\w'-]+", letter.from_name)),
    }
    persons = {f"P!{name}" for name, hit in signs.items() if hit}
    return persons | {f"P!signs{len(persons)}"}


def _said(body: str) -> set[str]:
    """The names of the word signs in a text."""
    low = body.casefold()
    return {name for name, pattern in _SAID.items() if pattern.search(low)}


def has_text(letter: Letter) -> bool:
    """Whether a letter has different words of its own beside its subject."""
    return len(set(_stems(_text(letter, _OWN)))) >= 2


def passed_on(letter: Letter) -> bool:
    """Whether the subject says that a person passed the mail on (WG:, Fwd:, TR:, RV:, ENC:)."""
    return bool(_PASSED.match(_text(letter, ("subject",))))
