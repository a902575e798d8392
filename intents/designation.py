"""The person whom a letter names for answers: "Ansprechpartnerin ist ...", "Rückfragen bitte an ..."."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from klimapartner.intents.contact_form import form_person
from klimapartner.intents.cues import Hit, find_cues, fold
from klimapartner.intents.letter_lines import closing_end, lines
from klimapartner.intents.name_matching import in_text, local_words, matches_address
from klimapartner.intents.person_name import Name, is_office_word, search, segments, whole
from klimapartner.intents.phone import Phone, find_phones
from klimapartner.intents.reading import Letter, Office
from klimapartner.intents.role import role_in
from klimapartner.intents.sender import FOREIGN_PHONE
from klimapartner.intents.sentences import Sentence

MAIL = re.compile(r"(?<![\w.+%-])[\w.+%-]{1,64}@[\w-]+(?:\.[\w-]+)+")
ZONES = ("body", "forward", "attachment")
FORM_LINE = re.compile(
    r"\W*(?:\d{1,2}[.)]\s*)?(?:(?:zuständige\w*|unsere?|ihre?)\s+)?"
    r"(?:ansprech\w+|kontakt(?:person|partner\w*|daten)?|zuständig\w*|auskunft \w+"
    r"|bearbeiter\S*|sachbearbeit\w+|contact(?: person)?|focal point|point focal|contacto|contato)[^:\n]{0,30}:",
    re.IGNORECASE,
)
LOOK_BACK = 3  # sentences before an address in which its owner can be named
PROSE = 2  # words beside an address that make a sentence of it
HEADING = 50  # characters of a line that can be a heading
REACH = 7  # lines after the one with the name in which mail and phone can stand
TO_ME = re.compile(
    r"\b(?:antwort\w*|rückmeldung\w*|rückfragen|rückruf|repl\w+|answer|réponse|respuesta|resposta)\s+(?:bitte\s+|gern\s+|please\s+)?"
    r"(?:an|bei|to|à|a) (?:mich|mir|me|moi|mí|mim)\b"
    r"|\b(?:bis dahin|derweil|einstweilen|vorerst|solange|until then)\b[^.!?\n]{0,40}\b(?:mich|mir|me)\b",
    re.IGNORECASE,
)
SALUTATION = re.compile(
    r"\W*(?:sehr geehrte|liebe[rs]?\b|hallo|guten tag|dear|to the|à (?:monsieur|madame|l)|a l"
    r"|al señor|estimad|muy señor|señor|exm|prezad|car[oa]s?\b|monsieur|madame|messieurs)[^.!?]*,?\s*$",
    re.IGNORECASE,
)
PASSED_OVER = re.compile(
    r"(?:nicht(?: mehr)?(?: an)?|statt|anstelle(?: von)?|bisher\w*|bislang|ehemal\w+|vormals|not|instead of"
    r")\s*(?:frau|herrn?|an)?\s*$",
    re.IGNORECASE,
)
PRONOUN = re.compile(
    r"(?:er|dieser|diese|(?:der|die|mein|meine|unser|unsere) (?:kollege|kollegin)|he|she|il|elle|él|ella|ele|ela)\b"
    r"|sie (?:ist|wird|übernimmt|bearbeitet|betreut|koordiniert|leitet|steht|hat|kümmert|bittet|beantwortet|freut)\b",
    re.IGNORECASE,
)
DENIED = re.compile(r"\b(?:nicht|kein\w*|not|pas|no|não)\b", re.IGNORECASE)
NOT = re.compile(r"\b(?:nicht|not|pas|no|não)\s+(?:mehr\s+|mir\s+)?$", re.IGNORECASE)
OPEN = re.compile(r"(?::|\bist|\bsind|\ban|\bis|\best|\bes|\bé|\bto|\ba|\bwäre|,|\(|-|–)\s*$", re.IGNORECASE)
BEFORE_NAME = re.compile(r"([A-ZÄÖÜ][\w-]+(?:in|er|e|r|t))\s+(?:frau|herrn?)?\s*$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Designation:
    """A person (or only an address) named for answers; offsets are those of name or address in the letter's text."""

    name: str | None
    start: int
    end: int
    mail: str | None
    phones: tuple[Phone, ...]
    role: str | None


def find_designation(letter: Letter, sentences: Sequence[Sentence], office: Office) -> Designation | None:
    """The last person named for answers; one with an address or a phone before one without."""
    if any(TO_ME.search(s.text) for s in sentences if s.zone in ZONES and not NOT.search(s.text)):
        return None
    if filled := _of_form(letter, office):
        return filled
    found = [d for n, s in enumerate(sentences) if _can_name(s) for d in _in_sentence(letter, sentences, n, office)]
    reachable = [d for d in found if d.mail or d.phones]
    named = [d for d in reachable if d.name] or [*_listed(letter, sentences, office)] or [d for d in found if d.name]
    kept = named or reachable
    return kept[-1] if kept else None


def _can_name(sentence: Sentence) -> bool:
    """Whether a sentence stands where people are named; of a signature only the lines of a form in it."""
    return sentence.zone in ZONES or (sentence.zone == "signature" and bool(FORM_LINE.match(sentence.text)))


def _of_form(letter: Letter, office: Office) -> Designation | None:
    found = form_person(lines(letter))
    if found is None or is_ours(found.name, office):
        return None
    text = "\n".join(line.text for line in found.lines)
    phones = tuple(find_phones(text))
    return Designation(found.name, found.start, found.end, first_mail(text, office), phones, found.role)


def _listed(letter: Letter, sentences: Sequence[Sentence], office: Office) -> Iterator[Designation]:
    """People given in running text with an address of the sender's domain or made of their name: to be answered."""
    domain = letter.from_addr.rpartition("@")[2].lower()
    for place, sentence in enumerate(sentences):
        mail = first_mail(sentence.text, office) if sentence.zone in ZONES else None
        if mail is None or mail.lower() == letter.from_addr.lower() or FOREIGN_PHONE.search(sentence.text):
            continue
        colleague = mail.rpartition("@")[2].lower() == domain
        names = [name for name in search(sentence.text) if not is_ours(name.text, office)]
        names = [name for name in names if colleague or matches_address(name, mail)]
        for name in names[:1]:
            yield _with_details(letter, name, sentence, office)
        before = sentences[max(place - 1, 0) : place]
        for name, near in _spelled(before, sentence, mail) if colleague and not names else ():
            yield replace(_with_details(letter, name, near, office), mail=mail)


def _spelled(before: Sequence[Sentence], sentence: Sentence, mail: str) -> Iterator[tuple[Name, Sentence]]:
    """The name of an address, in the sentence with it or in the last before: "Uns Fru Wodtke ... b.wodtke@"."""
    local = [word for word in local_words(mail) if len(word) > 3]
    prose = len(MAIL.sub(" ", sentence.text).split()) >= PROSE
    for near in (sentence, *reversed(before)) if prose else ():
        if full := in_text(MAIL.sub(lambda m: " " * len(m.group()), near.text), mail):
            yield full, near
            return
        for match in re.finditer(r"[A-ZÄÖÜ][\w-]{3,}", near.text):
            if fold(match.group()).replace("-", "") in local and not is_office_word(match.group()):
                yield Name(match.group(), match.start(), match.end(), known=True), near
                return


def _meant_by_pronoun(sentences: Sequence[Sentence], place: int, office: Office) -> tuple[Name, Sentence] | None:
    """Whom "Er ist Ihr Ansprechpartner" means: the last person named in the sentences before."""
    if not PRONOUN.match(sentences[place].text) or DENIED.search(sentences[place].text):
        return None
    for near in reversed(sentences[max(place - LOOK_BACK, 0) : place]):
        names = [name for name in search(near.text) if not is_ours(name.text, office)]
        if names and near.zone == sentences[place].zone and not SALUTATION.match(near.text):
            return names[-1], near
    return None


def _in_sentence(letter: Letter, sentences: Sequence[Sentence], place: int, office: Office) -> Iterator[Designation]:
    sentence = sentences[place]
    hits = [hit for hit in find_cues(sentence.text) if hit.label.startswith("contact.designates")]
    if not hits or SALUTATION.match(sentence.text) or any(_sets_aside(sentence.text, hit) for hit in hits):
        return
    cue = min(hits, key=lambda hit: hit.start)
    name = _name(sentence, cue, office)
    if name is None and _announces(sentence.text) and place + 1 < len(sentences):
        following = sentences[place + 1]
        name = _first_of_line(following, office)
        sentence = following if name else sentence
    meant = None if name else _meant_by_pronoun(sentences, place, office)
    if name:
        yield _with_details(letter, name, sentence, office)
    elif meant:
        yield _with_details(letter, *meant, office)
    else:
        yield from _address_only(letter, sentences[max(place - LOOK_BACK, 0) : place], sentence, cue, office)


def _announces(text: str) -> bool:
    """Whether the name is to follow: the sentence is left open, or is a heading."""
    return bool(OPEN.search(text)) or (len(text) < HEADING and text.rstrip()[-1:].isalnum())


def _sets_aside(text: str, hit: Hit) -> bool:
    """Whether a cue says that the person meant is the writer or none to answer; "nicht an mich" says the opposite."""
    return hit.label.endswith(".void") and not NOT.search(text[: hit.start])


def _name(sentence: Sentence, cue: Hit, office: Office) -> Name | None:
    """The name behind the cue, else one before it."""
    after = [name for name in search(sentence.text) if name.start >= cue.start]
    loose = [
        Name(n.text, n.start + o + cue.end, n.end + o + cue.end, n.known)
        for p, o in segments(sentence.text[cue.end :])
        if (n := whole(p))
    ]
    before = [name for name in search(sentence.text) if name.start < cue.start]
    if sentence.text.rfind("(", 0, cue.start) > sentence.text.rfind(")", 0, cue.start) and before:
        after = []
    for name in [*after, *([] if before and not after else loose), *reversed(before)]:
        if not is_ours(name.text, office) and not PASSED_OVER.search(sentence.text[: name.start]):
            return name
    return None


def _first_of_line(sentence: Sentence, office: Office) -> Name | None:
    names = [Name(n.text, n.start + o, n.end + o, n.known) for p, o in segments(sentence.text) if (n := whole(p))]
    names = names[:1] or search(sentence.text)[:1]
    return names[0] if names and not is_ours(names[0].text, office) else None


def _with_details(letter: Letter, name: Name, sentence: Sentence, office: Office) -> Designation:
    start = sentence.start + name.start
    end = _window_end(letter.text, sentence.end)
    window = letter.text[start:end]
    mail = first_mail(window, office)
    phones = tuple(_shifted(find_phones(window), start))
    line = letter.text[sentence.start + name.end : sentence.end]
    role = role_in(line) or _role_before(sentence.text[: name.start])
    return Designation(name.text, start, sentence.start + name.end, mail, phones, role)


def _role_before(text: str) -> str | None:
    match = BEFORE_NAME.search(text)
    return role_in(match[1]) if match else None


def _window_end(text: str, place: int) -> int:
    """The end of the lines in which a person's details can stand: up to a blank line or a few lines on."""
    for _ in range(REACH):
        stop = text.find("\n", place)
        if stop < 0:
            return len(text)
        following = text[stop + 1 : stop + 200].split("\n", 1)[0]
        detail = MAIL.search(following) or find_phones(following) or len(following) < 50
        if not following.strip() or not detail or closing_end(following.strip()) is not None:
            return stop
        place = stop + 1 + len(following)
    return place


def _address_only(
    letter: Letter, before: Sequence[Sentence], sentence: Sentence, cue: Hit, office: Office
) -> Iterator[Designation]:
    """An address without a name beside it: that of somebody named just before, or of an office."""
    for match in MAIL.finditer(sentence.text, cue.start):
        if is_foreign(match.group(), office):
            start, end = sentence.start + match.start(), sentence.start + match.end()
            meant = [
                (Name(name.text, s.start + name.start, s.start + name.end, name.known), s)
                for s in before
                for name in search(s.text)
                if matches_address(name, match.group()) and not is_ours(name.text, office)
            ]
            phones = tuple(_shifted(find_phones(sentence.text), sentence.start)) if meant else ()
            for name, there in meant[-1:]:
                role = role_in(letter.text[name.end : there.end])
                yield Designation(name.text, name.start, name.end, match.group(), phones, role)
            if not meant:
                yield Designation(None, start, end, match.group(), (), None)
            return


def _shifted(phones: Sequence[Phone], offset: int) -> Iterator[Phone]:
    return (Phone(p.number, p.kind, offset + p.start, offset + p.end) for p in phones)


def first_mail(text: str, office: Office) -> str | None:
    """The first address that is not ours."""
    return next((m.group().rstrip(".") for m in MAIL.finditer(text) if is_foreign(m.group(), office)), None)


def is_foreign(addr: str, office: Office) -> bool:
    """Whether an address is none of the office's own."""
    plain = addr.lower().rstrip(".")
    return plain not in office.addresses and plain.rpartition("@")[2] not in office.domains


def is_ours(name: str, office: Office) -> bool:
    """Whether a name is that of one of the office's own people (their surname after a salutation included)."""
    words = set(name.lower().split())
    return any(
        set(person.lower().split()) <= words or (len(words) <= 1 and words <= set(person.lower().split()))
        for person in office.people
    )
