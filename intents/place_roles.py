"""What part a place name plays in its sentence: does it speak, is it an address, is it somebody else's town?"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from klimapartner.intents.gazetteer.forms import ADJECTIVE, ASSOCIATION, COUNTY, DISTRICT, FULL
from klimapartner.intents.gazetteer.table import Entry
from klimapartner.intents.place_asides import aside_reason, continues_list, in_brackets_after, is_qualifier
from klimapartner.intents.place_words import Before, cue, split_before
from klimapartner.intents.places import Mention, find_mentions
from klimapartner.intents.sentences import Sentence

JOINT_WORDS = {
    "verbandsgem": ("Verbandsgemeinde",),
    "verbgem": ("Verbandsgemeinde",),
    "samtgem": ("Samtgemeinde",),
    "sg": ("Samtgemeinde",),
    "amt": ("Amt",),
    "vg": ("Verbandsgemeinde", "Verwaltungsgemeinschaft"),
}
SHORT_WORD = 3  # letters: SG, BA and the like may also be something else
POSTCODE = re.compile(r"\b(\d{5})(?: d)?$")
BOTH = re.compile(
    r"\b(?:stadt (?:und|sowie) (?:den? |der |dem )?(?:land)?kreis(?:es)?"
    r"|(?:land)?kreis(?:es)? (?:und|sowie) (?:die |der )?stadt) $"
)
OPENERS = ("", "der", "die", "das", "wir", "wir ,", "wir , die", "wir , der", "the", "la", "le", "el", "a", "o", "il")


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


def uses_in(sentence: Sentence) -> tuple[Use, ...]:
    """The names of German bodies in a sentence, each with its part."""
    found: list[Use] = []
    for mention in find_mentions(sentence.text):
        before = split_before(mention, sentence.text)
        bodies = fitting(mention, before)
        if not bodies and len(before.word) <= SHORT_WORD:
            before = Before("", "", mention.before.rstrip())
            bodies = fitting(mention, before)
        if not bodies:
            continue
        postcode = POSTCODE.search(before.rest)
        weights = tuple(_weights(mention, before, sentence))
        kinds = {kind for kind, _ in weights}
        aside = aside_reason(mention, before, kinds, sentence.text) or _inherited(
            found, bodies, mention, before, sentence.text
        )
        code = postcode.group(1) if postcode else ""
        use = Use(mention, sentence, before.level, before.word, bodies, weights, aside, code)
        found.extend((use, *_of_both(use)))
    return tuple(found)


def _of_both(use: Use) -> Iterator[Use]:
    """The second body of a name for two: Stadt und Landkreis Landshut."""
    if not BOTH.search(use.mention.before):
        return
    other = [body for _, body in use.mention.bearers if body.is_county == (use.level != "county")]
    if other and (other[0].is_county or other[0].is_town):
        yield replace(use, bodies=tuple(other), level="county" if other[0].is_county else "town", word="")


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


def _inherited(earlier: list[Use], bodies: tuple[Entry, ...], mention: Mention, before: Before, text: str) -> str:
    """A reason that comes from the name before: the list goes on, or this name only says where that one lies."""
    if not earlier:
        return ""
    last = earlier[-1]
    if last.aside in ("nur erwähnt", "Partnerstadt") and continues_list(last.mention, mention):
        return last.aside
    bracketed = in_brackets_after(last.mention, mention, text)
    return "Lage" if is_qualifier(last.mention, last.bodies, bodies, before, bracketed) else ""


def _weights(mention: Mention, before: Before, sentence: Sentence) -> Iterator[tuple[str, float]]:
    if mention.is_adjective:
        yield from _adjective_weights(mention, before)
        return
    yield from _weights_before(mention, before)
    yield from _weights_after(mention.after.strip(), addressed=bool(POSTCODE.search(before.rest)))
    if sentence.zone == "subject":
        yield "Betreff", 2.0
    if sentence.zone == "signature":
        yield "Signatur", 1.5
    if before.rest in OPENERS and not mention.glued:
        yield "Satzanfang", 1.0
    elif before.rest.endswith(",") and mention.after.strip() in ("", ".", ","):
        yield "Nachgestellt", 1.0


def _adjective_weights(mention: Mention, before: Before) -> Iterator[tuple[str, float]]:
    if cue("sender", "after_adjective").match(mention.after.strip()) or _is_we(mention, before):
        yield "Eigenschaftswort", 3.0


def _is_we(mention: Mention, before: Before) -> bool:
    return not mention.lower and bool(cue("sender", "we_adjective").search(before.rest))


def _weights_before(mention: Mention, before: Before) -> Iterator[tuple[str, float]]:
    if POSTCODE.search(before.rest):
        yield "Anschrift", 2.2
    elif before.level or any(body.is_county and quality == FULL for quality, body in mention.bearers):
        yield _kind_evidence(before)
    if cue("sender", "label").search(mention.before.rstrip()):
        yield "Formularfeld", 4.0
    if before.level and cue("sender", "verb_before").search(before.rest):
        yield "Handelnd", 3.0
    if cue("sender", "before", end=True).search(before.rest) or cue("sender", "own_place").search(before.rest):
        yield "Absender", 2.5
    if cue("sender", "clause").search(before.rest) and cue("sender", "clause_end").match(mention.after.strip()):
        yield "Handelnd", 3.0


def _kind_evidence(before: Before) -> tuple[str, float]:
    """A title (Lutherstadt Wittenberg) also stands in the address of a county; Stadt, Gemeinde, Landkreis speak."""
    if before.level == "town" and before.word.endswith("stadt") and before.word not in ("stadt", "kreisstadt"):
        return "Titel", 1.5
    weak = before.level == "any" or before.rest.endswith("im")
    return "Körperschaft", 1.0 if weak else 2.0


def _weights_after(after: str, *, addressed: bool) -> Iterator[tuple[str, float]]:
    if after.startswith("hier") and re.match(r"hier\b(?! in\b)", after):
        yield "Absender", 2.5
    if cue("other", "bystander_after").match(after):
        yield "unbeteiligt", -6.0
        return
    acting = cue("sender", "after_direct" if addressed else "after_strong").match(after)
    if acting and not cue("sender", "other_subject").match(after[acting.end() :].strip()):
        yield "Handelnd", 3.0
    elif not acting and cue("sender", "after_weak").match(after):
        yield "Satzgegenstand", 1.2
    if cue("sender", "struck_after").match(after):
        yield "Abmeldung", 1.5
    if cue("other", "denied_after").match(after):
        yield "nimmt nicht teil", -2.5
