"""What a letter says about where its writer sits: postcodes, dialling codes, Länder, regions, inhabitants, address."""

import math
import re
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from klimapartner.intents.fold import folded
from klimapartner.intents.gazetteer.forms import ADJECTIVE, FULL, LETTER
from klimapartner.intents.gazetteer.names import Point, core, distance
from klimapartner.intents.gazetteer.table import DialArea, Entry, gazetteer
from klimapartner.intents.reading import Letter, Office
from klimapartner.intents.sentences import Sentence

POSTCODE = re.compile(r"(?<![\d/.,-])(?:D[- ])?(\d{5})(?![\d/-]|[.,]\d)(?= ?[A-ZÄÖÜ\n,;.)]|$)")
PHONE = re.compile(r"(?<![\w/.-])(?:(?:\+|00)\s?49[\s./-]*(?:\(0\))?[\s./-]*|\(?0)([1-9][\d\s()/.–-]{4,18}\d)")
PEOPLE = re.compile(
    r"\b(\d{1,3}(?: \d{3})+|\d{2,7})(?: ?(t|k|tsd|tausend|mio))? (?:ew|einw|einwohner\w*|leute\w*|leut|menschen"
    r"|buerger\w*|seelen|inhabitants|people|habitants|habitantes|residents)\b"
)
FREEMAIL = re.compile(
    r"(?:^|[.-])(?:gmx|web|t-online|gmail|googlemail|outlook|hotmail|yahoo|posteo|mailbox|freenet|icloud|aol|live|arcor|mail|post|freemail)(?:[.-]|$)"
)
OFFICES = re.compile(
    r"\b(?:[a-z]*(?:buergermeister|landraet|landrat|dezernent|beigeordnete)[a-z]*|[a-z]*(?:verwaltung|amt|rat|ausschuss|referat"
    r"|dezernat|tag|vorstand|magistrat|rathaus)(?:e?s)?|klimaschutz[a-z]+|fachbereich[a-z]*|fachdienst[a-z]*|sachgebiet[a-z]*|stabsstelle[a-z]*"
    r"|unsere[rn]? (?:stadt|gemeinde|kommune|kreis|landkreis)|wir als|abteilung[a-z]*|kaemmerei|bgm|ob|i ?a|im auftrag"
    r"|stadt[a-z]*)\b"
)
DOMAIN_KINDS = {
    "stadt": ("Stadt", "kreisfreie Stadt"),
    "gemeinde": ("Gemeinde", "Markt"),
    "gmd": ("Gemeinde", "Markt"),
    "markt": ("Markt",),
}


@dataclass(frozen=True, slots=True)
class Domain:
    """What the sender's mail domain says: bodies whose name it bears, further words in it, the kind of body."""

    names: tuple[tuple[str, Entry], ...] = ()
    words: frozenset[str] = frozenset()
    official: bool = False


@dataclass(frozen=True, slots=True)
class Facts:
    """The circumstances of a letter; points are (latitude, longitude)."""

    postcodes: tuple[tuple[str, Point], ...]
    areas: tuple[DialArea, ...]
    states: frozenset[str]
    regions: tuple[tuple[str, Point, float], ...]
    people: tuple[int, ...]
    text: str
    domain: Domain
    offices: bool


def gather(letter: Letter, sentences: Sequence[Sentence], office: Office) -> Facts:
    """The facts of a letter, from what its sender wrote (quotes and the office's own data left out)."""
    text = "\n".join(sentence.text for sentence in sentences)
    plain = f" {folded(text)} "
    return Facts(
        postcodes=tuple(_postcodes(text, office)),
        areas=tuple(_dial_areas(text, office)),
        states=frozenset(code for code, name in _states() if f" {name} " in plain),
        regions=tuple((name, at, radius) for name, at, radius in _regions() if f" {name} " in plain),
        people=tuple(_people(plain)),
        text=plain,
        domain=domain_of(letter.from_addr),
        offices=bool(OFFICES.search(plain)),
    )


def _postcodes(text: str, office: Office) -> Iterator[tuple[str, Point]]:
    for match in POSTCODE.finditer(text):
        code = match.group(1)
        if code not in office.postcodes and (at := gazetteer().postcodes.get(code) or _near_postcode(code)):
            yield code, at


@cache
def _near_postcode(code: str) -> Point | None:
    """A postcode of a post box or a big customer lies where its neighbours do."""
    points = [at for other, at in gazetteer().postcodes.items() if other[:3] == code[:3]]
    return (sum(p[0] for p in points) / len(points), sum(p[1] for p in points) / len(points)) if points else None


def _dial_areas(text: str, office: Office) -> Iterator[DialArea]:
    ours = {re.sub(r"\D", "", phone).removeprefix("49").lstrip("0")[:7] for phone in office.phones}
    for match in PHONE.finditer(text):
        digits = re.sub(r"\D", "", match.group(1))
        if digits[:7] in ours or digits.startswith(("15", "16", "17", "18", "19", "800", "900", "700", "32")):
            continue
        area = next(
            (
                gazetteer().dialcodes.get("0" + digits[:n])
                for n in (5, 4, 3, 2)
                if "0" + digits[:n] in gazetteer().dialcodes
            ),
            None,
        )
        if area:
            yield area


def _people(plain: str) -> Iterator[int]:
    for match in PEOPLE.finditer(plain):
        number = int(match.group(1).replace(" ", ""))
        unit = match.group(2)
        yield number * (1_000_000 if unit == "mio" else 1000 if unit else 1)


@cache
def _words(kind: str) -> frozenset[str]:
    words = tomllib.loads((files("klimapartner.intents") / "domain_words.toml").read_text(encoding="utf-8"))
    return frozenset(words[kind].split())


@cache
def _states() -> tuple[tuple[str, str], ...]:
    return tuple((code, name) for code, names in _table("states.tsv") for name in names.split("|"))


@cache
def _regions() -> tuple[tuple[str, Point, float], ...]:
    found = []
    for name, others, lat, lon, radius in _table("regions.tsv"):
        for form in (name, *filter(None, others.split("|"))):
            found.append((folded(form), (float(lat), float(lon)), float(radius)))
    return tuple(found)


def _table(name: str) -> Iterator[list[str]]:
    text = (files("klimapartner.intents") / "gazetteer" / name).read_text(encoding="utf-8")
    return (line.split("\t") for line in text.splitlines() if line and not line.startswith("#"))


def domain_of(address: str) -> Domain:
    """The bodies that a mail domain names (stadt-herne.de, hallewestfalen.de, kreis-dueren.de)."""
    host = address.rpartition("@")[2].lower()
    labels = host.split(".")[:-1]
    tokens = [token for label in labels for token in re.split(r"[-_]", label) if token not in ("www", "mail", "post")]
    if not tokens or FREEMAIL.search(host) or _words("not_a_town").intersection(tokens):
        return Domain()
    names = tuple(_domain_names(tokens))
    return Domain(names, frozenset(tokens), bool(_words("official").intersection(tokens)))


def _domain_names(tokens: list[str]) -> Iterator[tuple[str, Entry]]:
    """Bodies by the longest run of tokens that is a name, a word for the kind of body cut off."""
    cut = [token for token in tokens if token not in _words("official")] or tokens
    for size in range(len(cut), 0, -1):
        for start in range(len(cut) - size + 1):
            run = "".join(cut[start : start + size])
            found = [hit for form in _stripped(run) for hit in _glued().get(form, ())]
            fitting = [hit for hit in found if _fits(hit, tokens)]
            if fitting:
                yield from fitting
                return


def _fits(hit: tuple[str, Entry], tokens: list[str]) -> bool:
    quality, body = hit
    if _words("district").intersection(tokens):
        return body.kind == "Bezirk"
    if _words("joint").intersection(tokens):
        return not body.is_town and not body.is_county
    if _words("county").intersection(tokens):
        return body.is_county
    return body.is_town or quality == FULL


def _stripped(run: str) -> Iterator[str]:
    yield run
    for word in ("stadt", "gemeinde", "landkreis", "kreis", "lk", "rathaus", "vg", "amt", "markt", "samtgemeinde"):
        if run.startswith(word) and len(run) > len(word) + 3:
            yield run.removeprefix(word)
        if run.endswith(word) and len(run) > len(word) + 3:
            yield run.removesuffix(word)


@cache
def _glued() -> dict[str, list[tuple[str, Entry]]]:
    """Every form without its spaces, with umlauts as in domains."""
    glued: dict[str, list[tuple[str, Entry]]] = {}
    table = gazetteer()
    for name, (number, _) in table.automaton.items():
        for quality, indices in table.forms[number]:
            if quality in (ADJECTIVE, LETTER) or len(name) < 3:
                continue
            hits = glued.setdefault(name.replace(" ", ""), [])
            hits.extend((quality, table.bodies[index]) for index in indices)
    return glued


def support(body: Entry, facts: Facts) -> Iterator[tuple[str, float]]:
    """What in the facts speaks for (or against) the writer sitting at a body, as (German reason, weight)."""
    reach = math.sqrt(body.area / math.pi) if body.area else 4.0
    if facts.postcodes:
        yield max((_by_postcode(body, reach, code, at) for code, at in facts.postcodes), key=lambda hit: hit[1])
    if facts.areas:
        yield max((_by_dialcode(body, reach, area) for area in facts.areas), key=lambda hit: hit[1])
    if facts.states:
        yield ("Land genannt", 2.5) if body.state in facts.states else ("anderes Land genannt", -2.0)
    if facts.regions:
        yield max((_by_region(body, *region) for region in facts.regions), key=lambda hit: hit[1])
    yield from _by_domain(body, facts.domain)
    yield from _by_people(body, facts.people)
    yield from _by_addition(body, facts)


def _by_postcode(body: Entry, reach: float, code: str, at: Point) -> tuple[str, float]:
    if body.postcode == code:
        return f"Postleitzahl {code}", 6.0
    away = distance(body.at, at)
    if away < reach + 6:
        return f"Postleitzahl {code}", 4.0
    if away < reach + 15:
        return f"Postleitzahl {code} in der Nähe", 2.0
    return (f"Postleitzahl {code} liegt anderswo", -3.0) if away > reach + 40 else ("", 0.0)


def _by_dialcode(body: Entry, reach: float, area: DialArea) -> tuple[str, float]:
    if area.key == body.key:
        return f"Vorwahl von {area.name}", 4.0
    away = distance(body.at, area.at)
    if away < reach + 12:
        return f"Vorwahl von {area.name}", 3.0
    if away < reach + 25:
        return f"Vorwahl von {area.name} in der Nähe", 1.5
    return (f"Vorwahl von {area.name}", -2.0) if away > reach + 60 else ("", 0.0)


def _by_region(body: Entry, name: str, at: Point, radius: float) -> tuple[str, float]:
    away = distance(body.at, at)
    if away < radius:
        return f"{name.title()} genannt", 2.0
    return (f"{name.title()} genannt", -1.0) if away > radius + 60 else ("", 0.0)


def _by_domain(body: Entry, domain: Domain) -> Iterator[tuple[str, float]]:
    """The word for a kind of body in the mail domain (stadt-weimar.de is not the Gemeinde Weimar)."""
    if not any(named is body for _, named in domain.names):
        return
    for word, kinds in DOMAIN_KINDS.items():
        if word in domain.words:
            yield f"„{word}“ in der Mailadresse", 2.0 if body.kind in kinds else -2.0


def _by_people(body: Entry, people: tuple[int, ...]) -> Iterator[tuple[str, float]]:
    ratios = [max(body.population, 1) / max(number, 1) for number in people if number >= 50]
    if not ratios:
        return
    best = min(ratios, key=lambda ratio: abs(math.log(ratio)))
    if 0.87 < best < 1.15:
        yield "Einwohnerzahl passt", 2.5
    elif 0.75 < best < 1.33:
        yield "Einwohnerzahl passt ungefähr", 1.0
    elif best > 2 or best < 0.5:
        yield "Einwohnerzahl passt nicht", -2.5


def _by_addition(body: Entry, facts: Facts) -> Iterator[tuple[str, float]]:
    """Words of the official addition that stand elsewhere in the letter or in the mail domain."""
    words = [w for w in folded(body.name).removeprefix(core(body.name)).split() if len(w) > 3 and w != core(body.name)]
    if any(word in facts.domain.words for word in words):
        yield "Namenszusatz in der Mailadresse", 4.0
    elif any(f" {word} " in facts.text or f" {word}s " in facts.text for word in words):
        yield "Namenszusatz genannt", 3.0
    title = folded(body.addition)
    if len(title) > 6 and title not in ("kreisstadt", "landeshauptstadt") and f" {title}" in facts.text:
        yield f"„{body.addition}“ genannt", 2.0
