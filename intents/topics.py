"""The topics that a letter names for the cooperation."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from klimapartner.intents.checkboxes import ticked_only
from klimapartner.intents.cues import Hit, find_cues, fold
from klimapartner.intents.reading import Evidence, Intent
from klimapartner.intents.sentences import Sentence

TOPICS = (
    "mitigation",
    "adaptation",
    "energy",
    "water",
    "waste",
    "mobility",
    "forest_biodiversity",
    "agriculture",
    "education",
    "building",
)
TOLD = ("body", "forward", "attachment")
QUOTED = re.compile(
    r"(?:verein|initiative|projekt|aktion|programm|tagung|netzwerk|gruppe|organisation|stiftung|kampagne|association|club|asociación"
    r"|associação|campaign)\w*\s+[„“»«\"'‚][^„“”»«\"]{3,60}[“”»«\"'‘]",
    re.IGNORECASE,
)
CLAUSE = re.compile(
    r"[,;:.!?()–—]|\b(?:aber|jedoch|sondern|but|mais|pero|sino|mas|dafuer|schon|richtig|zutreffend"
    r"|thema ist|themen sind)\b"
)
DENIED_BEFORE = re.compile(
    r"\b(?:nicht|kein(?:e[rsnm]?)?|weder|not|no|neither|nor|pas|ni|nao|nem)\b"
    r"|\b(?:ohne|statt|without|instead|sans|sin|sem)(?:\W+\w+){0,2}\W*$"  # the reach of these is short
    r"|\b(?:vergessen|streichen|loeschen|anstelle|an stelle)\b"
)
DENIED_AFTER = re.compile(
    r"\b(?:nicht|not|pas|nao|keine rolle|kein thema|aussen vor|entfaellt|entfallen|streichen|raus"
    r"|gestrichen|verworfen|zurueckgestellt|zurueckgezogen|ausgeklammert|abgewaehlt)\b"
)
NOT_DENIED = re.compile(
    r"\b(?:nicht (?:nur|zuletzt|allein|weniger|missfallen|abgeneigt|verkehrt|unwichtig|uninteressant)"
    r"|(?:abgeneigt|unwillkommen|gleichgueltig)(?: \w+){0,3} weder|not only|non seulement|no solo|nao so)\b"
)
NOW = re.compile(
    r"\b(?:jetzt|nun|nunmehr|künftig|zukünftig|heute|endlich|fortan|wobei|diesmal|sollen?|überführen|erweitern|now|maintenant|ahora|agora)\b|[;.!?\n]"
)
OFFICE = re.compile(
    r"\b(?:\w*[Aa]usschuss\w*|(?:\w*[a-zäöüß])?(?:[Aa]mt|[Rr]eferat|[Dd]ezernat|[Bb]ereich|[Dd]ienst|[Aa]bteilung|[Ss]telle|[Gg]ebiet|[Dd]irektion)"
    r"|Behörde|Ministerium|Landesamt|Institut|Department|Office|Ministry|Committee)\w*"
    r"\s+(?:für|of|for|Umwelt|Klima\w*)\s+"
    r"(?:(?:die |den |das |the )?[A-ZÄÖÜ][\w-]*(?:,\s*|\s+und\s+|\s+and\s+|\s*[/&]\s*)?){1,6}"
)
FLOOD = re.compile(
    r"hochwasser|flut|flood|ueberschwemm|inund|crue\b|crecid|cheia|enchente|alagament|sturm|storm|deich|kueste|coast|debord|desbord|transbord"
)
HYPHENED = re.compile(  # "Umwelt-, Energie- und Verkehrsausschuss"
    r"(?:\b[A-ZÄÖÜ]\w+-(?:,\s*|\s*/\s*|\s+(?:und|sowie|&)\s+))+"
    r"\w*(?:[Aa]usschuss|[Aa]mt|[Rr]eferat|[Dd]ezernat|[Aa]bteilung|[Mm]inisterium|[Vv]erband|[Bb]etriebe?|[Bb]eirat)\w*"
)
PERSON = re.compile(r"\b(?:Herrn?|Frau|Familie)\s+(?:(?:Dr|Prof)\.\s*)*[A-ZÄÖÜ][\w-]+")  # "Herr Wald"
LIST_WORD = (
    r"(?:[A-ZÄÖÜ][\w-]*|und|sowie|oder|plus|halt|also|eben|auch|am|im|an|in|auf|von|vom|für|zum|zur|der|die|das|den|dem|des"
    r"|unser(?:e[nrm]?)?)"
)
LIST = re.compile(rf"\W*{LIST_WORD}(?:[^\w(]+{LIST_WORD}){{0,6}}\W*")  # a few nouns and no verb
TURN = re.compile(  # where a sentence turns to something else: after a "but", or with a noun before a verb of its own
    r"[;:]|\b(?:aber|sondern|but|mais|pero|mas)\b(?! (?:das|dies|davon|damit)\b)"
    r"|,(?=\s+[A-ZÄÖÜ]\w+(?:\s\([^)]*\))?\s(?:haben|hat|wurden?|wird|werden|lassen|bleib(?:t|en))\b)"
)
ASIDE = re.compile(r"\([^()]*\)")
REACH = 7  # words after a topic in which it can be denied
TOPIC_TALK = ("interest", "partner_offer", "correction")


@dataclass(frozen=True, slots=True)
class TopicsDecision:
    """The topics of a letter in the order of the schema, and where each is named first."""

    topics: tuple[str, ...]
    evidence: tuple[Evidence, ...]


def decide_topics(sentences: Sequence[Sentence], intents: Sequence[Intent]) -> TopicsDecision:
    """The topics of a letter that expresses interest, offers or corrects one; none in other mail."""
    if not set(intents) & set(TOPIC_TALK):
        return TopicsDecision((), ())
    found: dict[str, Evidence] = {}
    context = False
    for sentence in (s for s in ticked_only(sentences) if s.zone in TOLD):
        for topic, hit in _named(sentence, context=context):
            found.setdefault(topic, _evidence(topic, sentence, hit))
        context = _leads_on(sentence, context=context)
    topics = tuple(topic for topic in TOPICS if topic in found)
    return TopicsDecision(topics, tuple(found[topic] for topic in topics))


def _evidence(topic: str, sentence: Sentence, hit: Hit) -> Evidence:
    start, end = sentence.start + hit.start, sentence.start + hit.end
    sure = hit.label.endswith(".sure")
    return Evidence("topics", topic, start, end, 0.9 if sure else 0.75, "Thema genannt")


def _leads_on(sentence: Sentence, *, context: bool) -> bool:
    """Whether the next line is still about the topics that this one announced."""
    if sentence.text.rstrip().endswith(":"):
        return any(hit.label == "topics.context" for hit in find_cues(sentence.text))
    return context and (len(sentence.text) < 60 or sentence.text.rstrip().endswith((",", ";")))


def _named(sentence: Sentence, *, context: bool) -> Iterator[tuple[str, Hit]]:
    hits = [hit for hit in find_cues(sentence.text) if hit.label.startswith("topics.")]
    dead = [*_dead_spans(sentence.text, hits)]
    context = context or _speaks_of_topics(sentence.text, hits)
    sure = any(hit.label.endswith(".sure") and not _within(hit, dead) for hit in hits)
    for hit in hits:
        _, topic, *strength = hit.label.split(".")
        if not strength or strength[0] == "void" or (strength[0] == "bare" and not (context or sure)):
            continue
        if topic == "water" and strength[0] == "bare" and FLOOD.search(fold(sentence.text)):
            continue  # too much of it is no topic of water
        mute = [(h.start, h.end) for h in hits if h.label == f"topics.{topic}.void"]
        if not _within(hit, mute) and not _within(hit, dead) and not _denied(sentence.text, hit):
            yield topic, hit


def _speaks_of_topics(text: str, hits: Sequence[Hit]) -> bool:
    """Whether a sentence says that it names topics, or is nothing but a few nouns."""
    return any(hit.label == "topics.context" for hit in hits) or bool(LIST.fullmatch(text.strip()))


def _dead_spans(text: str, hits: Sequence[Hit]) -> Iterator[tuple[int, int]]:
    """Stretches in which no word is a topic: offices, names in quotation marks, what was before."""
    yield from (match.span() for pattern in (QUOTED, OFFICE, HYPHENED, PERSON) for match in pattern.finditer(text))
    yield from ((hit.start, hit.end) for hit in hits if hit.label == "topics.void")
    for hit in hits:
        if hit.label == "topics.dropped":
            yield _turn(text, hit.end), hit.end
        if hit.label == "topics.past" and not text[: hit.start].lower().endswith("wie "):
            now = NOW.search(text.lower(), hit.end)
            yield hit.start, now.start() if now else len(text)


def _turn(text: str, end: int) -> int:
    """Where the stretch begins that is laid aside at `end`: the sentence, or the last turn in it."""
    turns = [match.end() for match in TURN.finditer(text, 0, end)]
    return turns[-1] if turns else 0


def _within(hit: Hit, spans: Sequence[tuple[int, int]]) -> bool:
    return any(start < hit.end and hit.start < end for start, end in spans)


def _denied(text: str, hit: Hit) -> bool:
    before, after = fold(text[: hit.start]), fold(ASIDE.sub(" ", text[hit.end :]))
    before = NOT_DENIED.sub(" ", " ".join(CLAUSE.split(before)[-1].split()))
    before = " ".join(before.split()[-5:])
    after = " ".join(CLAUSE.split(after)[0].split()[:REACH])
    return bool(DENIED_BEFORE.search(before) or DENIED_AFTER.search(NOT_DENIED.sub(" ", after)))
