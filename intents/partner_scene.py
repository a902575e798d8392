"""What the steps that look for the partner share: sentences, places, and the cues of a part of a sentence."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from klimapartner.intents.cues import find_cues, fold, labels
from klimapartner.intents.partner_denial import is_set_aside
from klimapartner.intents.partner_names import Named, Span, names
from klimapartner.intents.places import find_mentions
from klimapartner.intents.sentences import Sentence
from klimapartner.intents.world import Mention, find

POSITIVE = frozenset({"partner.tie", "partner.contact", "partner.join", "partner.wish", "partner.cityhall"})
NEGATIVE = frozenset({"partner.reject", "partner.state", "partner.story", "partner.office"})
CLAUSE = re.compile(r"[,;–—:]|\s(?:weil|denn|because|parce que|porque)\b", re.IGNORECASE)
SEGMENT = re.compile(
    r";|(?<=.{40}):\s(?=[A-ZÄÖÜ])(?![^\"„“”]+[\"“”](?:\W|$))"
    r"|\s[–—-]\s|\s(?=(?:weil|denn|because|parce que|porque|sondern|wohingegen|whereas)\b)"
    r"|[,.]\s+(?=(?:sondern|aber|jedoch|doch|allerdings|während|wohingegen|but|whereas|mais|pero|sino|mas)\b)",
    re.IGNORECASE,
)
BODY = re.compile(
    r"stadt|staedt|kommun|gemeind|partner|seite|distrikt|bezirk|verwaltung|freund|kolleg|rathaus|buergermeister"
    r"|municip|city|town|commune|ville|ciudad|cidade|village|district|contrapart|kueste|provinz|hochland"
)
ROMANCE_BODY = re.compile(r"^(?:commune|ville|ciudad|municipio|cidade|municipalite|mairie|parte|socio|contraparte)s?$")


@dataclass(frozen=True, slots=True)
class Scene:
    """What all steps look at: the sentences, their places and names of countries, the German body's key."""

    sentences: tuple[Sentence, ...]
    places: tuple[Named, ...]
    mentions: tuple[tuple[Sentence, Mention], ...]
    body_key: str | None = None
    german: tuple[Span, ...] = ()


@dataclass(frozen=True, slots=True)
class Rival:
    """A place with all its mentions and their weight together; `sureness`: of its being the partner meant, 0 to 1."""

    name: str
    mentions: tuple[Named, ...]
    score: float
    rejected: bool = False
    country: str | None = None
    sureness: float = 0.0


def set_scene(sentences: Sequence[Sentence], german: Sequence[Span] = (), body_key: str | None = None) -> Scene:
    """The places and countries of all sentences; signatures name no partner."""
    told = tuple(s for s in sentences if s.zone != "signature")
    places = tuple(named for s in told for named in names(s, _within(german, s)))
    mentions = tuple((s, m) for s in told for m in find(s.text) if _is_abroad(m))
    places = tuple(n for n in places if not (n.in_subject and n.size is None) or _recurs(n, told))
    places = tuple(n for n in places if not _is_german(n) and not _is_part(n, places))
    return Scene(told, places, mentions, body_key, tuple(german))


def _is_abroad(mention: Mention) -> bool:
    return mention.kind in ("country", "demonym") and mention.countries != ("DE",)


def _is_german(named: Named) -> bool:
    """Whether a name that no table of the South has is one of a German body."""
    known = named.size is not None and named.is_southern
    return not (known or named.given or named.typed) and any(m.text == named.name for m in find_mentions(named.name))


def _is_part(named: Named, places: Sequence[Named]) -> bool:
    """Whether it is a piece of a longer name that the letter has elsewhere, and the text there goes on as that name."""
    text = named.sentence.text
    longer = {p.name for p in places if p.key != named.key and named.name in p.name}
    return any(
        m.start() <= named.start - named.sentence.start < m.end()
        for name in longer
        for m in re.finditer(re.escape(name), text)
    )


def _recurs(named: Named, told: tuple[Sentence, ...]) -> bool:
    """Whether a name of no gazetteer in the subject comes again below."""
    return any(named.name in s.text for s in told if s is not named.sentence)


def _within(spans: Sequence[Span], sentence: Sentence) -> list[Span]:
    return [span for span in spans if sentence.start <= span[0] < sentence.end]


def shares(rival: Rival, sentence: Sentence) -> bool:
    return any(m.sentence is sentence for m in rival.mentions)


def is_meant(sentence: Sentence, mention: Mention) -> bool:
    return not is_set_aside(sentence.text, mention)


def segment_bounds(named: Named) -> Span:
    """The part of the sentence that holds the place, as offsets in the sentence."""
    text, start = named.sentence.text, named.start - named.sentence.start
    left = max((m.end() for m in SEGMENT.finditer(text) if m.end() <= start), default=0)
    right = min((m.start() for m in SEGMENT.finditer(text) if m.start() >= start), default=len(text))
    return left, right


def segment_labels(named: Named) -> set[str]:
    """The labels of the cues in the part of the sentence that holds the place."""
    left, right = segment_bounds(named)
    return {hit.label for hit in find_cues(named.sentence.text) if left <= hit.start < right}


def tail_labels(named: Named, others: Sequence[Named]) -> set[str]:
    """The labels of what a sentence goes on to say of the place after its part, up to the next name."""
    text, end = named.sentence.text, named.end - named.sentence.start
    left = min((m.end() for m in SEGMENT.finditer(text) if m.start() >= end), default=len(text))
    names = [n.start - named.sentence.start for n in others if n.sentence is named.sentence and n.key != named.key]
    right = min((start for start in [*names, *(m.start for m in find(text))] if start >= left), default=len(text))
    return {hit.label for hit in find_cues(text) if left <= hit.start < right}


def clause_labels(text: str, place: int) -> frozenset[str]:
    """The labels of the cues between the commas around a place in a text."""
    left = max((m.end() for m in CLAUSE.finditer(text, 0, place)), default=0)
    right = next((m.start() for m in CLAUSE.finditer(text, place)), len(text))
    return labels(text[left:right].strip())


def is_of_body(text: str, mention: Mention) -> bool:
    """Whether an adjective speaks of a town or of partners there, not of a language or an ocean."""
    after = " ".join(fold(text[mention.end : mention.end + 50]).split()[:2])
    before = fold(text[: mention.start]).rstrip().rpartition(" ")[2]
    return bool(BODY.search(after) or ROMANCE_BODY.search(before))
