"""Partner, world region and status of one letter, read together because each leans on the other."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from klimapartner.intents.checkboxes import ticked_only
from klimapartner.intents.cues import labels
from klimapartner.intents.offer import decide_offer, offer_status, writes_from_south
from klimapartner.intents.partner import Chooser, PartnerDecision, choose_by_both, decide_partner, decide_wished_country
from klimapartner.intents.partner_names import Span
from klimapartner.intents.partner_scene import set_scene
from klimapartner.intents.reading import Evidence, Letter, Partner, Region, Status
from klimapartner.intents.region import RegionDecision, decide_region, decide_wished_region
from klimapartner.intents.sender import is_southern
from klimapartner.intents.sentences import Sentence
from klimapartner.intents.status import StatusDecision, assume_none, decide_status


@dataclass(frozen=True, slots=True)
class Partnership:
    """What a letter says of the partner in the Global South; `withheld`: that it does not want to say who it is.

    `likeliest` is the town that is the likeliest partner, whether it is taken for the one or not.
    """

    partner: Partner | None = None
    more: tuple[Partner, ...] = ()
    world_region: Region | None = None
    status: Status | None = None
    evidence: tuple[Evidence, ...] = ()
    withheld: bool = False
    likeliest: PartnerDecision | None = None


def read_partnership(
    letter: Letter,
    sentences: Sequence[Sentence],
    german_spans: Sequence[Span] = (),
    body_key: str | None = None,
    choose: Chooser = choose_by_both,
) -> Partnership:
    """Partner, region and status; `german_spans` are offsets of German bodies in the letter's text.

    `body_key` (AGS or county key of the writer) lets earlier partnerships settle a contested name; `choose` says which
    of the places named are meant.
    """
    sentences = told_of(sentences)
    if is_private(sentences):
        return Partnership()
    if is_southern(letter, sentences) or writes_from_south(letter, sentences, german_spans):
        partner = decide_offer(letter, sentences, german_spans)
        status = offer_status(sentences, german_spans)
    else:
        partner = decide_partner(set_scene(sentences, german_spans, body_key), choose)
        status = decide_status(letter, sentences, partner, german_spans)
    region = decide_region(letter, sentences, partner, german_spans)
    if status.status is None and region.world_region and not (partner.partner and partner.partner.municipality):
        status = assume_none(sentences)
    withheld = any("partnership.withheld" in labels(s.text) for s in sentences)
    return replace(_joined(partner, region, status), withheld=withheld, likeliest=partner.likeliest)


def with_town(
    letter: Letter, sentences: Sequence[Sentence], german_spans: Sequence[Span], read: Partnership
) -> Partnership:
    """The same letter read as one whose partner is the likeliest town that it names."""
    if not read.likeliest or (read.partner and read.partner.municipality):
        return read
    return _with_partner(letter, told_of(sentences), german_spans, read, read.likeliest)


def without_town(
    letter: Letter, sentences: Sequence[Sentence], german_spans: Sequence[Span], read: Partnership
) -> Partnership:
    """The same letter read as one that has no partner yet: no town, only a country or region that it wishes."""
    if not read.partner or not read.partner.municipality:
        return read
    told = told_of(sentences)
    return _with_partner(letter, told, german_spans, read, decide_wished_country(told, german_spans))


def _with_partner(
    letter: Letter, told: Sequence[Sentence], german: Sequence[Span], read: Partnership, partner: PartnerDecision
) -> Partnership:
    region = decide_region(letter, told, partner, german)
    kept = StatusDecision(read.status, tuple(e for e in read.evidence if e.field == "partnership_status"))
    return replace(_joined(partner, region, kept), withheld=read.withheld, likeliest=read.likeliest)


def with_wish(
    letter: Letter, sentences: Sequence[Sentence], german_spans: Sequence[Span], read: Partnership
) -> Partnership:
    """The same of a letter that wants to take part, as the whole of it shows: what region it names, it wishes."""
    if read.world_region or read.partner:
        return read
    region = decide_wished_region(told_of(sentences), PartnerDecision(), german_spans)
    return replace(read, world_region=region.world_region, evidence=(*read.evidence, *region.evidence))


def told_of(sentences: Sequence[Sentence]) -> list[Sentence]:
    """The sentences without boxes left open and without the words of our own call."""
    return [s for s in ticked_only(sentences) if "partner.call" not in labels(s.text)]


def is_private(sentences: Sequence[Sentence]) -> bool:
    """Whether somebody writes who is no municipality and has no mandate of one: a club, a school, the press."""
    found = {label for s in sentences for label in labels(s.text)}
    return "partner.private" in found and "partner.mandate" not in found


def _joined(partner: PartnerDecision, region: RegionDecision, status: StatusDecision) -> Partnership:
    evidence = (*partner.evidence, *region.evidence, *status.evidence)
    return Partnership(partner.partner, partner.more, region.world_region, status.status, evidence)
