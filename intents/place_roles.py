"""What part a place name plays in its sentence: does it speak, is it an address, is it somebody else's town?"""

import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from klimapartner.intents.gazetteer.forms import ADJECTIVE, ASSOCIATION, COUNTY, DISTRICT, FULL
from klimapartner.intents.gazetteer.table import Entry
from klimapartner.intents.places import Mention, find_mentions
from klimapartner.intents.sentences import Sentence

LEVELS = ("district", "joint", "county", "market", "spot", "town", "village", "any")
JOINT_WORDS = {
    "verbandsgemeinde": ("Verbandsgemeinde",),
    "samtgemeinde": ("Samtgemeinde",),
    "sg": ("Samtgemeinde",),
    "amt": ("Amt",),
    "vg": ("Verbandsgemeinde", "Verwaltungsgemeinschaft"),
}
POSTCODE_BEFORE = re.compile(r"\b(\d{5}) (?:d )?$")
LINKING = r"(?: (?:der|des|dem|die|von|vom|in|im|of|the|de|da|do|del|la|am))?\s*$"
OPENERS = ("", "der", "die", "das", "wir", "wir ,", "wir , die", "wir , der", "the", "la", "le", "el", "a", "o", "il")
CLAUSE = re.compile(r"[;:!?]")


@dataclass(frozen=True, slots=True)
class Use:
    """A mention in its sentence.

    `bodies` are the bearers that fit the word before it (`level`, '' where there is none); `weights` say by kind of
    evidence how much the name speaks for its bearers being the sender; `aside` says why it does not speak at all.
    """

    mention: Mention
    sentence: Sentence
    level: str
    word: str
    bodies: tuple[Entry, ...]
    weights: tuple[tuple[str, float], ...]
    aside: str = ""
    postcode: str = ""

    @property
    def start(self) -> int:
        return self.sentence.start + self.mention.start

    @property
    def end(self) -> int:
        return self.sentence.start + self.mention.end

    @property
    def total(self) -> float:
        return sum(weight for _, weight in self.weights)


@dataclass(frozen=True, slots=True)
class Before:
    """The folded text before a name, cut into the word for the kind of body and what stands before that."""

    level: str
    word: str
    rest: str


def uses_in(sentence: Sentence) -> tuple[Use, ...]:
    """The names of German bodies in a sentence, each with its part."""
    found: list[Use] = []
    for mention in find_mentions(sentence.text):
        before = split_before(mention.before)
        bodies = fitting(mention, before)
        if not bodies:
            continue
        postcode = POSTCODE_BEFORE.search(mention.before)
        weights = tuple(_weights(mention, before, sentence, bool(postcode)))
        aside = aside_reason(mention, before, weights)
        if (
            not aside
            and found
            and found[-1].aside in ("nur erwähnt", "Partnerstadt")
            and _continues_list(found[-1], mention)
        ):
            aside = found[-1].aside
        if not aside and _is_qualifier(bodies, before, mention, found):
            aside = "Lage"
        code = postcode.group(1) if postcode else ""
        found.append(Use(mention, sentence, before.level, before.word, bodies, weights, aside, code))
    return tuple(found)


@cache
def cue(section: str, name: str, *, end: bool = False) -> re.Pattern[str]:
    """A pattern of place_cues.toml; with `end` it must reach up to the name that follows."""
    pattern = _cues()[section][name].replace("\n", "")
    return re.compile(rf"\b(?:{pattern}){LINKING}" if end else pattern)


@cache
def _cues() -> dict[str, dict[str, str]]:
    return tomllib.loads((files("klimapartner.intents") / "place_cues.toml").read_text(encoding="utf-8"))


def split_before(before: str) -> Before:
    """The word for the kind of body right before a name, if there is one."""
    last = before[-60:]
    for level in LEVELS:
        match = cue("level", level, end=True).search(last)
        if match:
            word = match.group().split()[0]
            if level == "town" and cue("foreign", "others").match(word):
                return Before("", "", before)
            return Before(level, word, before[: len(before) - len(last) + match.start()].rstrip())
    return Before("", "", before.rstrip())


def fitting(mention: Mention, before: Before) -> tuple[Entry, ...]:
    """The bearers of a name that the word before it allows."""
    if mention.is_adjective:
        return mention.bodies
    bearers = [(quality, body) for quality, body in mention.bearers if quality != ADJECTIVE]
    if before.level == "county":
        return tuple(body for _, body in bearers if body.is_county)
    if before.level == "joint":
        kinds = next((kinds for word, kinds in JOINT_WORDS.items() if before.word.startswith(word)), None)
        return tuple(
            b for q, b in bearers if (q == ASSOCIATION or not b.is_town) and (kinds is None or b.kind in kinds)
        )
    if before.level == "district":
        return tuple(body for _, body in bearers if body.kind == "Bezirk")
    towns = [
        b for q, b in bearers if b.is_town or (q == FULL and not b.is_town) or (b.kind == "Bezirk" and q != DISTRICT)
    ]
    if before.level in ("town", "village", "market", "spot"):
        return tuple(body for body in towns if body.is_town)
    return tuple(towns) or _shared(bearers)


def _shared(bearers: list[tuple[str, Entry]]) -> tuple[Entry, ...]:
    """Counties and associations whose bare name no municipality bears (Stormarn, Leiningerland)."""
    counties = tuple(body for quality, body in bearers if quality == COUNTY)
    return counties or tuple(body for quality, body in bearers if quality == ASSOCIATION)


def _weights(mention: Mention, before: Before, sentence: Sentence, addressed: bool) -> Iterable[tuple[str, float]]:
    after = mention.after
    if mention.is_adjective:
        if cue("sender", "after_adjective").match(after.strip()):
            yield "Eigenschaftswort", 3.0
        elif re.search(r"\bwir(?: [a-z]+)?$", before.rest):
            yield "Eigenschaftswort", 3.0
        return
    if before.level:
        yield "Körperschaft", 1.0 if before.level == "any" else 2.0
    if cue("sender", "label").search(mention.before.rstrip()):
        yield "Formularfeld", 4.0
    if cue("sender", "before", end=False) and re.search(rf"(?:{_sender_before()})\s*$", before.rest):
        yield "Absender", 2.5
    if cue("sender", "after_strong").match(after.strip()):
        yield "Handelnd", 3.0
    elif cue("sender", "after_weak").match(after.strip()):
        yield "Handelnd", 1.2
    if addressed:
        yield "Anschrift", 2.2
    if sentence.zone == "subject":
        yield "Betreff", 2.0
    if sentence.zone == "signature":
        yield "Signatur", 1.5
    if before.rest in OPENERS and not mention.glued:
        yield "Satzanfang", 1.0
    elif before.rest.endswith(",") and after.strip() in ("", ".", ","):
        yield "Nachgestellt", 1.0


@cache
def _sender_before() -> str:
    return _cues()["sender"]["before"].replace("\n", "")


def aside_reason(mention: Mention, before: Before, weights: tuple[tuple[str, float], ...]) -> str:
    """Why a name is not the sender's: '' or one German phrase."""
    kinds = {kind for kind, _ in weights}
    if _is_street(mention):
        return "Straße"
    if mention.is_adjective:
        return "" if kinds else "Eigenschaftswort"
    named = before.level or "Anschrift" in kinds or "Formularfeld" in kinds
    if not named and cue("other", "person").search(mention.before.rstrip()[-40:]) and _person(mention):
        return "Personenname"
    if not named and _is_common(mention, before):
        return "Alltagswort"
    if _is_listed_partner(mention, before):
        return "Partnerstadt"
    if cue("other", "denied_before").search(mention.before[-60:]):
        return "ausgeschlossen"
    if cue("other", "denied_after").match(mention.after.strip()) and "Satzanfang" not in kinds - {"Satzanfang"}:
        return "nimmt nicht teil"
    if re.search(r"\b(?:mein|meine|meiner|meinem|my|ma|mi|minha)$", before.rest):
        return "Wohnort"
    if cue("other", "motion").search(mention.before):
        return "Antrag einer Fraktion"
    if re.search(cue("other", "aside").pattern, before.rest) and kinds.isdisjoint(
        {"Absender", "Formularfeld", "Anschrift"}
    ):
        return "nur erwähnt"
    return ""


def _person(mention: Mention) -> bool:
    before = mention.before.rstrip()
    return bool(re.search(cue("other", "person").pattern.replace("$", "") + r"(?: [a-z]+){0,2}$", before))


def _is_street(mention: Mention) -> bool:
    return bool(cue("other", "street_after").match(mention.after)) or bool(
        cue("other", "street_before").search(mention.before.rstrip()) and re.match(r" \d", mention.after)
    )


def _is_common(mention: Mention, before: Before) -> bool:
    single = " " not in mention.name
    own_word = any(body.is_county and quality == FULL for quality, body in mention.bearers)
    if single and not own_word and cue("other", "article").search(" " + before.rest):
        return True
    if mention.everyday:
        return not re.search(r"\bwir (?:in|aus|von)$", before.rest)
    return mention.lower and len(mention.name) < 4


def _continues_list(last: Use, mention: Mention) -> bool:
    gap = mention.before[mention.before.rfind(last.mention.name) + len(last.mention.name) :]
    return bool(re.fullmatch(r"s?[ ,]*(?:,|und|and|oder|or|sowie|et|y|e|ou|&) *(?:in|der|die|the)? *", gap))


LIST_ONLY = re.compile(
    r"^(?:[ ,()&+]|\b(?:und|sowie|and|et|y|e|in|mit|zu|von|der|den|dem|die|das|des|stadt|gemeinde|unsere[nr]?|of|with|avec|de|con|com|la|aus|usa|auch"
    r"|sind|ist|lauten|heissen|heisst|bestehen|bestehende[n]?|bisherige[n]?|are|is|sont|est|son|es|im|an|am|auf|bei)\b|[a-z]{2}\b|\b[a-z]{3,}\b(?= ?[,()&]| und| sowie| and| et| y|$))*$"
)


def _is_listed_partner(mention: Mention, before: Before) -> bool:
    for match in reversed(list(re.finditer(cue("other", "partner").pattern, mention.before))):
        between = mention.before[match.end() :].replace(":", " ")
        if not CLAUSE.search(between) and LIST_ONLY.match(between):
            return True
    return False


def _is_qualifier(bodies: tuple[Entry, ...], before: Before, mention: Mention, earlier: list[Use]) -> bool:
    """Whether a county or association only says where the town named before it lies."""
    if not earlier or bodies[0].is_town or bodies[0].kind == "Bezirk":
        return False
    last = earlier[-1]
    gap = before.rest[-(mention.start - last.mention.end) :] if mention.start > last.mention.end else ""
    words = re.sub(r".*\b" + re.escape(last.mention.name) + r"s?\b", "", before.rest)
    inside = any(town.county == body.county for town in last.bodies for body in bodies)
    return inside and gap is not None and bool(re.fullmatch(r"[ ,]*(?:im|in|aus dem|des|gelegen im|am)?\s*", words))
