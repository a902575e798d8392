"""Who acts together with the sender: towns in company ("gemeinsam mit X"), not towns that are named by the way.

Company is said right beside a name, carried on through a list, or counted ("wir drei") where just so many are named.
"""

import re
import tomllib
from collections.abc import Iterator, Sequence
from functools import cache
from importlib.resources import files

from klimapartner.intents.fold import folded
from klimapartner.intents.gazetteer.names import distance
from klimapartner.intents.gazetteer.table import Entry
from klimapartner.intents.place_asides import continues_list
from klimapartner.intents.place_roles import Use

NEAR = 70.0  # km: towns that act together are neighbours
SCOPE = 240  # characters in which a refusal may follow a name
CLEARLY = 2.0  # a namesake must lie so many times farther away
NEVER = frozenset({"Straße", "Personenname", "Partnerstadt", "Ort im Ausland", "Eigenschaftswort", "Verein", "Lage"})
NO_NAMES = frozenset({"Alltagswort", "Eigenschaftswort"})  # they end no clause: wissen, acht
WEAK = frozenset({"", "nur erwähnt"})
ALLIED = re.compile(
    r"^s?(?: +(?:ich|wir|stadt|hier))? *(?:\+|&|plus)"
    r" *(?:wir |die |der |den |stadt |gemeinde |markt |kreis |landkreis )*$"
)
LISTED = re.compile(
    r"^s?[ ,]*(?:,|und|sowie|and|et|y|e|&|\+)"
    r" *(?:(?:auch|der|die|das|dem|den|des|the|la|le|el|o|a|stadt|gemeinde|markt|landkreis\w*|kreis\w*"
    r"|gemeinden|staedte|maerkte|kreise|ortsgemeinden?|ortschaften?|vg"
    r"|verbandsgemeinde|samtgemeinde|city|town|of|ville|commune|ciudad|municipio|de) )*$"
)
OWN = re.compile(r"^ *(?:\+|&|und|plus|sowie|and|et|y) (?:wir|uns|we|us|nous|nosotros|nosotras|nos)\b")


@cache
def _cue(section: str, name: str) -> re.Pattern[str]:
    table = tomllib.loads((files("klimapartner.intents") / "together.toml").read_text(encoding="utf-8"))
    return re.compile(table[section][name].replace("\n", ""))


@cache
def _company() -> re.Pattern[str]:
    """The words of company, a filler, and then the name."""
    before, filler = _cue("company", "before").pattern, _cue("company", "filler").pattern
    return re.compile(f"(?:{before.removesuffix('$')}){filler}$")


def is_refused(use: Use, uses: Sequence[Use]) -> bool:
    """Whether a town is said not to take part, not yet, or only to have been asked."""
    after = _until_next(use, uses)
    return bool(
        _cue("refusal", "after").match(after)
        or _cue("refusal", "asked").match(after)
        or _cue("refusal", "before").search(_head(use))
        or _cue("company", "label_not").search(use.mention.before)
    )


def _until_next(use: Use, uses: Sequence[Use]) -> str:
    """The folded rest of a sentence up to the next town that is not one list with this."""
    end = len(use.sentence.text)
    for other in uses:
        later = other.sentence is use.sentence and other.start > use.start and other.aside not in NO_NAMES
        if later and not _goes_on(use, other):
            end = min(end, other.mention.start)
    return folded(use.sentence.text[use.mention.end : min(end, use.mention.end + SCOPE)])


def companions(first: Entry, uses: Sequence[Use], text: str) -> tuple[tuple[Entry, Use], ...]:
    """The bodies that take part together with the first, each with its name; `text` is the folded letter."""
    stated = [use for use in _stated(first, uses) if not is_refused(use, uses)]
    found: dict[Entry, Use] = {}
    last: Use | None = None
    for use in stated:
        body = _nearest(first, use)
        goes_on = last is not None and last.sentence is use.sentence and _goes_on(last, use)
        if body and body.key != first.key and (goes_on or _may_join(body, first, use)):
            found.setdefault(body, use)
            last = use
    return tuple((found or _counted(first, uses, text)).items())


def is_member(town: Entry, body: Entry) -> bool:
    """Whether a town belongs to an association that acts: it is its seat or one of its places, never its company."""
    return town.is_town and not body.is_town and town.association == body.key


def _may_join(body: Entry, first: Entry, use: Use) -> bool:
    """A member joins its association only where that is said outright: zusammen mit der ihr angehörenden Stadt X."""
    before = use.mention.before
    said = _company().search(before) or _cue("company", "label").search(before)
    return not is_member(body, first) or bool(said)


def _stated(first: Entry, uses: Sequence[Use]) -> Iterator[Use]:
    last: Use | None = None
    for use in uses:
        if use.aside in NEVER or first in use.bodies:
            continue
        goes_on = last and last.sentence is use.sentence and _goes_on(last, use)
        if goes_on or _in_company(use) or _beside(first, use, uses):
            last = use
            yield use


def _in_company(use: Use) -> bool:
    if use.sentence.text.rstrip().endswith("?"):
        return False
    before, after = use.mention.before, use.mention.after
    if use.aside not in WEAK:
        return False
    if _company().search(before) or OWN.match(after):
        return True
    return bool(_cue("company", "label").search(before) or _cue("company", "after").match(after))


def _goes_on(left: Use, right: Use) -> bool:
    """Whether two names stand in one list, each with the words for its kind."""
    return continues_list(left.mention, right.mention) or bool(LISTED.match(_between(left, right)))


def _between(left: Use, right: Use) -> str:
    """The folded text between two names of one sentence; "?" where they lie too far apart."""
    at = right.mention.before.rfind(left.mention.name)
    return right.mention.before[at + len(left.mention.name) :] if at >= 0 else "?"


def _beside(first: Entry, use: Use, uses: Sequence[Use]) -> bool:
    """Whether a sign of addition joins the name to the sender's: A + B, A & B."""
    own = [other for other in uses if other.sentence is use.sentence and first in other.bodies]
    pairs = [(a, b) for other in own for a, b in ((other, use), (use, other))]
    return any(ALLIED.match(_between(a, b)) for a, b in pairs) or (
        use.aside in WEAK and not use.mention.before.endswith(" im ") and any(_as_one(a, b) for a, b in pairs)
    )


def _as_one(left: Use, right: Use) -> bool:
    """Whether two names stand in one list that acts as one: die Städte A und B, A und B gemeinsam."""
    if not (_between(left, right) and LISTED.match(_between(left, right))):
        return False
    before, after = left.mention.before, right.mention.after
    alike = {body.is_town for body in (*left.bodies, *right.bodies)} != {True, False}
    plural = alike and _cue("company", "plural").search(before)
    return bool(plural or _cue("company", "as_one").match(after))


def _counted(first: Entry, uses: Sequence[Use], text: str) -> dict[Entry, Use]:
    """The other towns of a letter where it says how many act, and just so many are named."""
    wanted = 2 if _cue("count", "three").search(text) else 1 if _cue("count", "two").search(text) else 0
    named = [use for use in uses if use.aside in WEAK and not use.postcode and use.sentence.zone != "signature"]
    refused = {body.key for use in uses if is_refused(use, uses) for body in use.bodies} | {first.key, first.county}
    others: dict[Entry, Use] = {}
    for use in named:
        if (body := _nearest(first, use)) and body.key not in refused and not is_member(body, first):
            others.setdefault(body, use)
    return others if len(others) == wanted else {}


def _nearest(first: Entry, use: Use) -> Entry | None:
    """The bearer of a name that lies beside the sender; none where two do, or all lie far away."""
    ranked = sorted((distance(first.at, body.at), body.key, body) for body in use.bodies)
    if not ranked or ranked[0][0] > NEAR or (len(ranked) > 1 and ranked[1][0] < CLEARLY * max(ranked[0][0], 10.0)):
        return None
    return ranked[0][2]


def _head(use: Use) -> str:
    """What stands before a name and the words for its kind, back to the last comma."""
    return use.mention.before.rstrip().rpartition(",")[2]
