"""The person to answer: named in the letter, signing it, or in its From header."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import zip_longest

from klimapartner.intents.cues import fold, labels
from klimapartner.intents.designation import Designation, find_designation, is_foreign, is_ours
from klimapartner.intents.letter_lines import OWN, Line, closing_end, lines
from klimapartner.intents.lone_signer import lone_signer
from klimapartner.intents.name_matching import (
    complete,
    from_address,
    from_header,
    fuller,
    given_name,
    in_text,
    is_same,
    matches_address,
)
from klimapartner.intents.person_name import Name, is_given, is_office_word, search, whole
from klimapartner.intents.phone import best_phone, own_extension
from klimapartner.intents.reading import Contact, Evidence, Letter, Office
from klimapartner.intents.role import role_in
from klimapartner.intents.sentences import Sentence
from klimapartner.intents.signature_block import Signer, find_signer, phones_of

FORWARD_FROM = re.compile(
    r"(?im)^\W*(?:von|from|de|absender|expéditeur|remitente|remetente)\s*:\s*\"?([^<\n\"]*)\"?\s*<?(?:mailto:)?([\w.+%-]+@[\w.-]+\w)?"
)
NOTE = 25  # words of a note over a letter that is passed on
SELF = re.compile(
    r"\b(?:mein name ist|ich bin|ich hei(?:ß|ss)e|hier (?:ist|schreibt)|my name is|i am"
    r"|je m'appelle|je suis|me llamo|mi nombre es|chamo-me|meu nome é|me chamo|o meu nome é)\s+",
    re.IGNORECASE,
)


THIS_ADDRESS = re.compile(
    r"\b(?:an|über|ueber|unter|auf) dies\w+ (?:e-?mail-?|mail-?)?(?:adresse|postfach)|\bto this (?:e-?mail )?address",
    re.IGNORECASE,
)
HERE = re.compile(
    r"(?:^|[,.!?:] |(?i:gott|tag|moin|hallo|morgen),? )"
    r"([A-ZÄÖÜ][\w-]+(?: [A-ZÄÖÜ][\w-]+)?) hier\b(?=[,.]| vo[nm]\b| aus\b)"
)


@dataclass(frozen=True, slots=True)
class ContactDecision:
    """The person to answer, and why each of the values stands there.

    `by_third`: somebody else than this person gave the details (GDPR, Art. 14: the person is to be told).
    """

    contact: Contact
    evidence: tuple[Evidence, ...]
    by_third: bool = False


@dataclass(frozen=True, slots=True)
class Source:
    """A letter within the letter: who sent it, and its lines."""

    header: Name | None
    addr: str
    lines: tuple[Line, ...]


def decide_contact(letter: Letter, sentences: Sequence[Sentence], office: Office) -> ContactDecision:
    """Name, mail, phone and role of the person to answer; None for what the letter does not give."""
    source = _source(letter, sentences, office)
    signer = _signer(source, letter, office)
    named = find_designation(letter, sentences, office)
    if named and named.name and not _is_sender(named.name, named.start, signer, source):
        return replace(_decision(_designated(named, letter, source, office), named.start, named.end), by_third=True)
    return _sender(letter, source, signer, named, office)


def _source(letter: Letter, sentences: Sequence[Sentence], office: Office) -> Source:
    """The passed-on letter where that one holds the concern; else the sender's own, its attachments last."""
    every = lines(letter)
    forward = tuple(line for line in every if line.zone == "forward")
    own = Source(
        from_header(letter.from_name, letter.from_addr),
        letter.from_addr,
        tuple(line for line in every if line.zone in OWN),
    )
    margin = _concern(sentences, "forward") - _concern(sentences, "body")
    if not forward or margin < 0 or (margin == 0 and not _only_passes_on(own.lines)):
        return own
    heads = [(line, match) for line in forward if (match := FORWARD_FROM.search(line.text))]
    if not heads:
        return _without_head(own, forward)
    return _innermost(heads, forward, sentences, office) or own


def _only_passes_on(own: Sequence[Line]) -> bool:
    """Whether the sender's own words are but a note over what is passed on."""
    return sum(len(line.text.split()) for line in own if line.zone == "body") <= NOTE


def _without_head(own: Source, forward: tuple[Line, ...]) -> Source:
    """A letter passed on without its header: its signer counts; the address only where it is no other person's."""
    return Source(None, "" if own.header else own.addr, forward) if find_signer(forward, None, "") else own


def _innermost(
    heads: Sequence[tuple[Line, re.Match[str]]],
    forward: tuple[Line, ...],
    sentences: Sequence[Sentence],
    office: Office,
) -> Source | None:
    """Of letters passed on in a chain, the first that holds the concern as strongly as any; ours never."""
    ends = [*(line.start for line, _ in heads[1:]), forward[-1].end + 1]
    found: list[tuple[int, Source]] = []
    for (line, match), end in zip(heads, ends, strict=True):
        stretch = [s for s in sentences if line.start <= s.start < end]
        if is_foreign(match[2] or "", office):
            kept = tuple(other for other in forward if line.start <= other.start < end)
            header = from_header(match[1].strip(), match[2] or "")
            found.append((_concern(stretch, "forward"), Source(header, match[2] or "", kept)))
    return max(found, key=lambda pair: pair[0])[1] if found else None


def _concern(sentences: Sequence[Sentence], zone: str) -> int:
    strengths = {"intent.interest.sure": 3, "intent.interest.likely": 2, "intent.interest.hint": 1}
    return max(
        (weight for s in sentences if s.zone == zone for label, weight in strengths.items() if label in labels(s.text)),
        default=0,
    )


def _signer(source: Source, letter: Letter, office: Office) -> Signer | None:
    signer = find_signer(source.lines, source.header, source.addr)
    if signer and not is_ours(signer.name, office):
        return signer
    if source.header:
        return None
    attached = [line for line in lines(letter) if line.zone.startswith("attachment")]
    signer = find_signer(attached, None, source.addr) if attached else None
    return signer if signer and not is_ours(signer.name, office) else None


def _is_sender(name: str, start: int, signer: Signer | None, source: Source) -> bool:
    """Whether the person named for answers, at `start`, is the one who writes; a name at the end may be either's."""
    own = [signer.name] if signer and not (signer.start == start and source.header) else []
    own += [source.header.text] if source.header else []
    return any(is_same(name, other) for other in own)


def _designated(named: Designation, letter: Letter, source: Source, office: Office) -> Contact:
    """Another person than the sender; the sender's own mail and phone are not that person's."""
    assert named.name is not None
    full = Name(named.name, 0, len(named.name), known=True)
    shared = not source.header and source.addr
    shared = shared or (source.addr if THIS_ADDRESS.search(letter.text) else "")
    mail = named.mail or (source.addr if shared or matches_address(full, source.addr) else None)
    phone = best_phone(named.phones, office.phones)
    return Contact(fuller(named.name, letter.text), mail, phone.number if phone else None, named.role)


def _sender(
    letter: Letter, source: Source, signer: Signer | None, named: Designation | None, office: Office
) -> ContactDecision:
    name, place = _sender_name(letter, source, signer, office)
    mail = (named.mail if named else None) or source.addr or None
    phones = [*(named.phones if named else ()), *phones_of(signer.lines if signer else ()), *phones_of(source.lines)]
    phones += own_extension("\n".join(line.text for line in source.lines), phones)
    if signer and signer.lines and signer.lines[0].zone.startswith("attachment"):
        phones += phones_of([line for line in lines(letter) if line.zone.startswith("attachment")])
    if not phones and name:
        phones += phones_of([line for line in lines(letter) if name in line.text])
    phone = best_phone(phones, office.phones)
    role = (signer.role if signer else None) or (named.role if named else None) or _role_in_header(letter.from_name)
    contact = Contact(name, mail, phone.number if phone else None, role)
    return _decision(contact, *(place or (None, None)))


def _sender_name(
    letter: Letter, source: Source, signer: Signer | None, office: Office
) -> tuple[str | None, tuple[int, int] | None]:
    if signer and (signer.confidence > 0.8 or source.header is None):
        signed = _without_place(signer.name, source.addr)
        return fuller(complete(signed, source.header), letter.text), (signer.start, signer.end)
    own = "\n".join(line.text for line in source.lines)
    spelled = in_text(own, source.addr)
    if spelled and not is_ours(spelled.text, office):
        return complete(spelled.text, source.header), None
    if source.header:
        return source.header.text, None
    if name := _introduced(own):
        return name, None
    if lone := lone_signer(source.lines, source.addr):
        return (None, None) if is_ours(lone[0], office) else (lone[0], lone[1:])
    return given_name(letter.from_name) or from_address(source.addr) or _given_alone(source.lines), None


def _without_place(name: str, addr: str) -> str:
    """A name of three words or more without the town behind it, which the domain of the address gives."""
    *rest, last = name.split()
    town = fold(last) in re.split(r"[.-]", addr.rpartition("@")[2].lower())
    bare = whole(" ".join(rest)) if town and len(last) > 3 else None
    return " ".join(rest) if bare and len(bare.words) > 1 else name


def _introduced(text: str) -> str | None:
    """The name by which the writer introduces himself: "mein Name ist ...", "Nagel hier, ..."."""
    match = SELF.search(text)
    names = [n for n in search(text[match.end() : match.end() + 80]) if n.start < 3] if match else []
    here = HERE.search(text)
    return names[0].text if names else here[1] if here and not is_office_word(here[1].split()[-1]) else None


def _given_alone(lines: Sequence[Line]) -> str | None:
    """A given name that alone stands behind the closing formula."""
    for line, following in zip_longest(lines, lines[1:]):
        end = closing_end(line.text)
        if end is None or line.zone == "subject":
            continue
        rest = line.text[end:].strip(" ,.!") or (following.text if following else "")
        word = re.split(r"[\s,(/|-]", rest.strip(" ,.!"))[0]
        return word if is_given(word) and word[:1].isupper() else None
    return None


def _role_in_header(name: str) -> str | None:
    return role_in(name) if "," in name or "-" in name or "/" in name else None


def _decision(contact: Contact, start: int | None, end: int | None) -> ContactDecision:
    reasons = {
        "name": ("Person, die antwortet oder zeichnet", contact.name),
        "email": ("Adresse der Person", contact.email),
        "phone": ("Telefon der Person", contact.phone),
        "role": ("Funktion oder Amt", contact.role),
    }
    evidence = [
        Evidence(
            f"contact.{field}", value, start if field == "name" else None, end if field == "name" else None, 0.9, reason
        )
        for field, (reason, value) in reasons.items()
        if value
    ]
    return ContactDecision(contact, tuple(evidence))
