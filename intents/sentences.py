"""A letter cut into sentences, each with the zone it stands in."""

import re
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import pairwise

from klimapartner.intents.reading import Letter, Part

LONGEST = 1200  # characters
LETTER = 22  # words
CODE_LENGTH = 55  # characters; encoded lines have 60 to 76
WORD = re.compile(r"(?<!\S)[^\W\d_]{2,}(?=[\s,.;:!?)\"]|$)")
ZONES = {"subject": "subject", "body": "body", "signature": "signature", "forward": "forward"}
UNWRAPPED = 110  # a line this long was not wrapped by a mail program
NARROW = 40  # a block narrower than this is a list, an address or a form, not wrapped prose

LINE = re.compile(r"[^\r\n\u2028\u2029]+")
LEAD = re.compile(r"(?:[>\s]|[-*•·▪◦–—●■□☐☒✓]+(?=\s))*")
LABEL = re.compile(r"[^\W\d_][\w /()&.-]{1,44}?(?::|\s?\.{4,})(?:\s|$)")
LEADER = re.compile(r"\s*[^\W\d_][\w /()&-]{1,30}\s?\.{4,}")  # a form's label and its dots ("Partner ....... Kaya")
ITEM = re.compile(r"\s*(?:[-*•·▪◦–—●■□☐☒✓]\s|\(?\d{1,2}[.)]\s|[a-h]\)\s|>)")
GREETING = re.compile(
    r"\W*(?:sehr geehrte|guten (?:tag|morgen|abend)|hallo|hi\b|moin|servus|grüß|liebe[rs]?\b|werte[rs]?\b|dear|hello"
    r"|good (?:morning|afternoon|day)|bonjour|madame|monsieur|cher|buen[oa]s|hola|estimad|querid|apreciad|prezad"
    r"|bom dia|boa tarde|olá|ola\b|car[oa]s?\b|mesdames|messieurs|señor|senhor)",
    re.IGNORECASE,
)
STOP = re.compile(r"(?:(?<![.!?…])[.!?…]+|[。])[\"'”“»«’)\]]*(?=\s)|(?<=[a-zäöüß]{3})[.!?](?=[A-ZÄÖÜ][a-zäöüß]+\s)")
LAST_WORD = re.compile(r"([\w/-]+)$")


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence or line; `text == letter.text[start:end]`.

    `zone` is subject, body, signature, forward or attachment. Quotes and disclaimers yield no sentences: they are not
    what the sender says.
    """

    text: str
    start: int
    end: int
    zone: str


def sentences(letter: Letter) -> tuple[Sentence, ...]:
    """The sentences of a letter in order, bullets and quote marks before them cut off."""
    found = []
    for part, zone in _readable(letter):
        for start, end in _spans(letter.text, part, zone):
            found.append(Sentence(letter.text[start:end], start, end, zone))
    return tuple(found)


def is_letter(found: Sequence[Sentence]) -> bool:
    """Whether sentences are enough for a letter; of less the voters, who have learnt from letters, know nothing."""
    return sum(len(sentence.text.split()) for sentence in found) >= LETTER


def _readable(letter: Letter) -> Iterator[tuple[Part, str]]:
    own = [part for part in letter.parts if part.kind not in ("quote", "disclaimer")]
    bare = not any(letter.text[part.start : part.end].strip() for part in own if part.kind != "subject")
    for part in letter.parts:
        if part.kind.startswith("attachment"):
            yield part, "attachment"
        elif part.kind in ZONES:
            yield part, ZONES[part.kind]
        elif bare and part.kind == "quote" and _is_one_line(letter.text[part.start : part.end]):
            yield part, "body"  # a lone line after ">" is a writer's own style, nobody answers nothing to one line


def _is_one_line(text: str) -> bool:
    return sum(bool(line.strip(" >\t\r")) for line in text.split("\n")) == 1


def _spans(text: str, part: Part, zone: str) -> Iterator[tuple[int, int]]:
    for start, end in _blocks(text, part, joined=zone not in ("subject", "signature")):
        for left, right in _bounded(text, _cut(text, start, end)):
            lead = LEAD.match(text, left, right)
            left = lead.end() if lead else left
            right = left + len(text[left:right].rstrip())
            if right > left and not _is_code(text[left:right]):
                yield left, right


def _is_code(text: str) -> bool:
    """Whether a long stretch has next to no words: encoded data that came as text."""
    return len(text) > CODE_LENGTH and len(WORD.findall(text)) * CODE_LENGTH < 2 * len(text)


def _bounded(text: str, spans: Iterator[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """What is longer than any sentence is no prose: cut at blanks, so that no later step meets a text without end."""
    for left, right in spans:
        while right - left > LONGEST:
            blank = text.rfind(" ", left + 1, left + LONGEST)
            cut = blank if blank > left else left + LONGEST
            yield left, cut
            left = cut
        yield left, right


def _blocks(text: str, part: Part, *, joined: bool) -> Iterator[tuple[int, int]]:
    """Runs of lines that are one stretch of wrapped prose; a single line otherwise."""
    for paragraph in _paragraphs(text, part):
        width = max(end - start for start, end in paragraph)
        run = paragraph[0]
        for before, line in pairwise(paragraph):
            last = text[before[0] : before[1]].rstrip()
            if joined and _continues(text, paragraph_width=width, line=line, last=last):
                run = (run[0], line[1])
            else:
                yield run
                run = line
        yield run


def _paragraphs(text: str, part: Part) -> Iterator[list[tuple[int, int]]]:
    lines: list[tuple[int, int]] = []
    for match in LINE.finditer(text, part.start, part.end):
        blank_before = lines and text.count("\n", lines[-1][1], match.start()) > 1
        if lines and (blank_before or not match.group().strip(" >\t")):
            yield lines
            lines = []
        if match.group().strip(" >\t"):
            lines.append(match.span())
    if lines:
        yield lines


def _continues(text: str, *, paragraph_width: int, line: tuple[int, int], last: str) -> bool:
    following = text[line[0] : line[1]]
    first = following.split(maxsplit=1)[0]
    if ITEM.match(following) and not ITEM.match(last):
        return False
    if LABEL.match(following) or GREETING.match(last) or last.endswith(":"):
        return False
    if first[0].islower() or last.endswith(("-", "\u00ad")):
        return not last.endswith((".", "!", "?"))
    wrapped = NARROW <= paragraph_width <= UNWRAPPED
    return wrapped and len(last) + 1 + len(first) > paragraph_width


def _cut(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    left = start
    for stop in STOP.finditer(text, start, end):
        if _ends_sentence(text, stop, left, end):
            yield left, stop.end()
            left = stop.end()
    yield left, end


def _ends_sentence(text: str, stop: re.Match[str], left: int, end: int) -> bool:
    following = text[stop.end() : min(end, stop.end() + 60)].split(maxsplit=1)
    if not following:
        return True
    if not stop.group().startswith("."):
        return not following[0][0].islower() or stop.group() in ("!", "?")
    if LEADER.fullmatch(text, left, stop.end()):
        return False
    if stop.group().startswith(("..", "…")):
        return following[0][0].isupper()
    word = LAST_WORD.search(text[max(left, stop.start() - 40) : stop.start()])
    return _ends_after(word.group(1) if word else "", following[0])


def _ends_after(word: str, following: str) -> bool:
    """Whether a full stop between these two words ends a sentence."""
    if not word:
        return following[0].isupper()
    last = re.split(r"[./-]+", word)[-1]
    if last.isdigit():
        return len(last) > 2 or following.lower().strip(",") in _words("starters")
    if len(word) == 1 or re.split(r"[/-]", word)[-1].lower() in _words("abbreviations"):
        return False
    return not following[0].islower() or len(word) > 3


@cache
def _words(kind: str) -> frozenset[str]:
    words = tomllib.loads((files("klimapartner.intents") / "sentences.toml").read_text(encoding="utf-8"))
    return frozenset(words[kind].split())
