"""Names that do not speak for the sender: streets, people, everyday words, twin towns, towns mentioned by the way."""

import re

from klimapartner.intents.gazetteer.forms import FULL
from klimapartner.intents.gazetteer.table import Entry
from klimapartner.intents.place_words import Before, cue
from klimapartner.intents.places import Mention
from klimapartner.intents.world import candidates, find

CLAUSE = re.compile(r"[;:!?]")
STOP = re.compile(r"[.!?;]\s+$")
OWN = re.compile(r"\bwir (?:hier )?(?:in|aus|von)$")
HOME = re.compile(r"\b(?:mein|meine|meiner|meinem|my|ma|mi|minha)$")
WHETHER = re.compile(r"\b(?:ob|whether|if|si|se)(?: auch| schon| nicht)?(?: die| der| das| unsere| the| la)?$")
NEAR = re.compile(r"\b(?:bei|nahe|naehe von|unweit(?: von)?|near)$")
CLUB = re.compile(r" e ?v\b")
ABROAD = re.compile(r"[\s,(/]*(?:(?:in|auf|im|aus|en|au|no|na)(?: (?:der|den|dem))?\s+)?")
LOCATED = re.compile(r"[ ,]*(?:im|in|aus dem|des|gelegen im|am)?\s*")
LIST_GOES_ON = re.compile(r"s?[ ,]*(?:,|und|and|oder|or|sowie|et|y|e|ou|&) *(?:in|der|die|the)? *")


def aside_reason(mention: Mention, before: Before, kinds: set[str], text: str) -> str:
    """Why a name is not the sender's: '' or one German phrase; `kinds` are the kinds of evidence that it is."""
    if _is_street(mention):
        return "Straße"
    if mention.is_adjective:
        return "" if kinds else "Eigenschaftswort"
    if not (before.level or kinds & {"Anschrift", "Formularfeld"}):
        if cue("other", "person").search(mention.before.rstrip()[-60:]):
            return "Personenname"
        if _is_common(mention, before):
            return "Alltagswort"
    return _other_body(mention, before, kinds, text)


def _other_body(mention: Mention, before: Before, kinds: set[str], text: str) -> str:
    if is_listed_partner(mention):
        return "Partnerstadt"
    if cue("other", "denied_before").search(mention.before[-60:]) and not STOP.search(text[: mention.start]):
        return "ausgeschlossen"
    if HOME.search(before.rest):
        return "Wohnort"
    if is_abroad(mention, text):
        return "Ort im Ausland"
    if CLUB.match(mention.after):
        return "Verein"
    if "Formularfeld" not in kinds and WHETHER.search(before.rest):
        return "danach gefragt"
    if cue("other", "motion").search(mention.before):
        return "Antrag einer Fraktion"
    if not before.level and NEAR.search(before.rest):
        return "nur erwähnt"
    if kinds.isdisjoint({"Absender", "Formularfeld", "Anschrift"}) and cue("other", "aside").search(before.rest):
        return "nur erwähnt"
    return ""


def is_abroad(mention: Mention, text: str) -> bool:
    """Whether a country that has a place of this name follows at once: Heidelberg (Südafrika)."""
    countries = candidates(mention.text)
    if not countries:
        return False
    behind = text[mention.end : mention.end + 60]
    named = next(iter(find(behind)), None)
    if named is None or not ABROAD.fullmatch(behind[: named.start]):
        return False
    return bool(countries.keys() & set(named.countries))


def _is_street(mention: Mention) -> bool:
    if cue("other", "street_after").match(mention.after):
        return True
    return bool(cue("other", "street_before").search(mention.before.rstrip()) and re.match(r" \d", mention.after))


def _is_common(mention: Mention, before: Before) -> bool:
    own_word = any(body.is_county and quality == FULL for quality, body in mention.bearers)
    if " " not in mention.name and not own_word and cue("other", "article").search(" " + before.rest):
        return True
    if mention.everyday:
        return not (OWN.search(before.rest) or _starts_and_acts(mention, before))
    return mention.lower and len(mention.name) < 4


def _starts_and_acts(mention: Mention, before: Before) -> bool:
    return not before.rest and not mention.lower and bool(cue("sender", "after_direct").match(mention.after.strip()))


def is_listed_partner(mention: Mention) -> bool:
    """Whether a word for a twin town stands before a name, with nothing but a list in between."""
    for match in reversed(list(cue("other", "partner").finditer(mention.before))):
        between = mention.before[match.end() :].replace(":", " ", 1)
        if not CLAUSE.search(between) and cue("other", "list_only").fullmatch(between):
            return True
    return False


def continues_list(last: Mention, mention: Mention) -> bool:
    """Whether a name stands in one list with the name before it."""
    at = mention.before.rfind(last.name)
    return at >= 0 and bool(LIST_GOES_ON.fullmatch(mention.before[at + len(last.name) :]))


def is_qualifier(
    last: Mention, towns: tuple[Entry, ...], bodies: tuple[Entry, ...], before: Before, bracketed: bool
) -> bool:
    """Whether a county or association only says where the town named before it lies (Halle im Kreis Gütersloh)."""
    if bodies[0].is_town or bodies[0].kind == "Bezirk":
        return False
    at = before.rest.rfind(last.name)
    between = before.rest[at + len(last.name) :].removeprefix("s") if at >= 0 else "?"
    inside = any(town.county == body.county for town in towns for body in bodies)
    return inside and (bracketed or bool(LOCATED.fullmatch(between)))


def in_brackets_after(last: Mention, mention: Mention, text: str) -> bool:
    """Whether a name stands in brackets that opened after the name before it."""
    opened = text.rfind("(", 0, mention.start)
    return opened >= last.end and ")" not in text[opened : mention.start]
