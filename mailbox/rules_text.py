"""Rules on words, for machines that set no header: each needs signs of different kinds, never one alone."""

import re
import tomllib
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path

from klimapartner.mailbox.facts import Facts
from klimapartner.mailbox.literals import Signs
from klimapartner.mailbox.phrases import any_of
from klimapartner.mailbox.rules import Rule
from klimapartner.mailbox.rules_sender import is_daemon, is_no_reply, is_robot

_TABLES = tomllib.loads(Path(__file__).with_name("triage_phrases.toml").read_text(encoding="utf-8"))
_SUBJECT = {name: re.compile(any_of(patterns)) for name, patterns in _TABLES["subject"].items()}
_DAEMON_NAME = re.compile(any_of(_TABLES["name"]["daemon"]))
_SIGNS = {
    group: {name: re.compile(any_of(patterns), re.MULTILINE) for name, patterns in signs.items()}
    for group, signs in _TABLES["signs"].items()
}
_FORMS = Signs(
    {(group, name): patterns for group, signs in _TABLES["signs"].items() for name, patterns in signs.items()},
    re.MULTILINE,
)
_BULK_LOCAL = re.compile(
    r"(?:news|newsletter|infobrief|rundbrief|mailing|marketing|campaign|aktuell|infomail|presse-?verteiler)"
)
_SERVICE_LOCAL = re.compile(
    r"(?:wordpress|gateway|portal|benachricht|service-?desk|help-?desk|ticket|support|service|system|otrs|shop|order|bestell|versand|buchung|quarant|spam)"
)
_SCAN = re.compile(r"scan|kopierer|multifunktion|mfp|xerox|ricoh|konica|kyocera|numéris|escane|digitaliz")
_FORM = re.compile(
    r"kontaktformular|contact form|webformular|online-?formular|formulaire de contact|"
    r"formulario de contacto|formulário de contato"
)
_IN_FORM = {name: re.compile(any_of(patterns), re.MULTILINE) for name, patterns in _TABLES["form"].items()}
_SHORT = 1_500
_FEW = 60  # words


def subject_says(facts: Facts, name: str) -> bool:
    """Whether the subject begins like that kind of machine mail."""
    return bool(_SUBJECT[name].match(facts.subject))


def _subject_mentions(facts: Facts, name: str) -> bool:
    return bool(re.search(rf"(?<!\w)(?:{_SUBJECT[name].pattern})", facts.subject))


def signs(facts: Facts, group: str) -> set[str]:
    """The names of the signs of a group that stand in the body."""
    return _signs_in(facts.body, group)


def _signs_in(text: str, group: str) -> set[str]:
    return {name for of, name in _all_signs(text) if of == group}


# A dozen rules ask for the signs of one body.
@lru_cache(maxsize=16)
def _all_signs(text: str) -> frozenset[tuple[str, str]]:
    return _FORMS.find(text)


def asks_or_wants(facts: Facts) -> bool:
    """Whether somebody asks a person something or wishes for something, as no machine does."""
    return _asks(facts) or _wants(facts)


def _human(facts: Facts) -> bool:
    return asks_or_wants(facts) or "attached" in signs(facts, "human")


def _impersonal(facts: Facts) -> bool:
    """Nobody says I or we, and nobody signs."""
    return not signs(facts, "person") and all(part.kind != "signature" for part in facts.message.parts)


def _auto_reply_subject(facts: Facts) -> bool:
    """The subject of an automatic answer; without the subject answered to, a person may write about one."""
    about = ":" not in facts.subject and (asks_or_wants(facts) or bool(signs(facts, "personal")))
    return subject_says(facts, "auto_reply") and not about


def _absence_subject(facts: Facts) -> bool:
    """A subject about absence, and a body that says little else."""
    return _subject_mentions(facts, "absent") and len(_absence(facts)) >= 2 and _only_absence(facts, other=2)


def _absence_body(facts: Facts) -> bool:
    """Absence, its end or its deputy, and nothing else in the whole body."""
    found = _absence(facts) - {"thanks"}
    told = (len(found) >= 3 and "deputy" in found) or {"moved", "machine"} <= found
    return told and _only_absence(facts, other=1)


def _absence(facts: Facts) -> set[str]:
    text = _undotted(facts.body)
    found = _signs_in(text, "absence")
    return found if found & {"away", "unread", "machine", "moved"} else set()


def _only_absence(facts: Facts, *, other: int) -> bool:
    """Whether at most so many sentences are about anything but the absence, and none of them asks or wishes."""
    if len(facts.body) > _SHORT or _human(facts) or signs(facts, "personal"):
        return False
    sentences = [part for part in re.split(r"[.!?\n]+", _undotted(facts.body)) if len(part.split()) >= 4]
    patterns = _SIGNS["absence"].values()
    return sum(not any(pattern.search(part) for pattern in patterns) for part in sentences) <= other


def _undotted(body: str) -> str:
    """A text in which the dots of dates and short words do not end a sentence."""
    return re.sub(
        r"(?<=\d)\.|(?<=\beinschl)\.|(?<=\btel)\.|(?<=\binkl)\.|(?<=\bbzw)\.|(?<=\b(?:ca|zt|nr|dr|fr|hr|ms|mr))\.",
        " ",
        body,
    )


def _bounce_text(facts: Facts) -> bool:
    found = signs(facts, "bounce")
    subject = subject_says(facts, "bounce")
    told = subject and bool(found) and not _human(facts) and (_impersonal(facts) or "diagnostic" in found)
    whole = len(found) == 2 and (is_daemon(facts.local) or (subject and not _begs(facts)))
    return told or whole or _short_notice(facts, found)


def _begs(facts: Facts) -> bool:
    """A few words in which somebody asks for something, as who tells of a mail that came back."""
    return _words(facts) <= _FEW and asks_or_wants(facts)


def _short_notice(facts: Facts, found: set[str]) -> bool:
    """A few words of nobody about a mail that did not arrive, behind another mail's subject."""
    alone = _words(facts) <= _FEW and not (signs(facts, "person") or _human(facts))
    return alone and "phrase" in found and _subject_mentions(facts, "bounce")


def _daemon_name(facts: Facts) -> bool:
    """A mail system by its display name, or a nameless sender with the subject of a bounce."""
    named = bool(_DAEMON_NAME.match(facts.message.from_.name.casefold()))
    nobody = not facts.message.from_.addr and not facts.message.reply_to
    about = subject_says(facts, "bounce") or bool(signs(facts, "bounce"))
    both = len(signs(facts, "bounce")) == 2 or subject_says(facts, "bounce")
    return (named and (about or _sends_back(facts))) or (nobody and both)


def _sends_back(facts: Facts) -> bool:
    """Whether another mail hangs below."""
    parts = {part.kind for part in facts.message.parts}
    return "forward" in parts or any(item.content_type.startswith("message/") for item in facts.message.attachments)


def _read_text(facts: Facts) -> bool:
    return subject_says(facts, "read") and (bool(signs(facts, "read")) or _words(facts) <= 5)


def _calendar_text(facts: Facts) -> bool:
    """An answer to an invitation that says nothing of its own."""
    calendar = any(item.content_type == "text/calendar" for item in facts.message.attachments)
    told = bool(signs(facts, "calendar"))
    by_robot = told and is_no_reply(facts.local)
    return by_robot or (subject_says(facts, "calendar") and (calendar or told or _words(facts) <= 3))


def _words(facts: Facts) -> int:
    return len(re.findall(r"\w{2,}", facts.body))


def _receipt_text(facts: Facts) -> bool:
    """A ticket system that says what arrived, under which number, when it will be looked at."""
    found = signs(facts, "receipt")
    score = (
        _weight(found, {"automatic": 2, "unanswerable": 2})
        + _subject_weight(facts, ("ticket", "arrived"))
        + _local_weight(facts, _SERVICE_LOCAL)
    )
    return score >= 3 and not _form(facts) and not _human_unless(facts, found)


def _human_unless(facts: Facts, found: set[str]) -> bool:
    """A machine that says so of itself may ask and offer, too."""
    return _human(facts) and not found & {"automatic"}


def _automatic_text(facts: Facts) -> bool:
    """A mail that calls itself automatic, and is neither a form filled in by a person nor a scanner's."""
    found = signs(facts, "receipt")
    passed_on = subject_says(facts, "forwarded") or subject_says(facts, "replied")
    return "automatic" in found and not (_scanned(facts) or passed_on or _form(facts)) and not _wants(facts)


def _assistant_text(facts: Facts) -> bool:
    return bool(signs(facts, "assistant"))


def _asks(facts: Facts) -> bool:
    return _asks_in(facts.body)


@lru_cache(maxsize=16)
def _asks_in(text: str) -> bool:
    return "asks" in _signs_in(_SIGNS["human"]["unsubscribing"].sub(" ", text), "human")


def _wants(facts: Facts) -> bool:
    return "wants" in signs(facts, "human")


def _scanned(facts: Facts) -> bool:
    """A person's paper, sent by the copier."""
    return bool(facts.message.attachments) and bool(_SCAN.search(f"{facts.subject} {facts.body} {facts.local}"))


def relays_form(facts: Facts) -> bool:
    """Whether a site passes on what somebody wrote into its form, and does not only send a copy to who wrote it."""
    text = f"{facts.subject}\n{facts.body}"
    found = {name for name, pattern in _IN_FORM.items() if pattern.search(text)}
    return found == {"form", "said"}


def _form(facts: Facts) -> bool:
    return bool(_FORM.search(facts.subject + "\n" + facts.body))


def _newsletter_text(facts: Facts) -> bool:
    found = signs(facts, "newsletter")
    score = (
        _weight(found, {"because": 2, "unsubscribe": 1 if _asks(facts) else 2})
        + _subject_weight(facts, ("issue",))
        + _local_weight(facts, _BULK_LOCAL)
    )
    return (
        score >= 2 and bool(found & {"because", "unsubscribe", "unsubscribe_word", "online"}) and not _declares(facts)
    )


def _declares(facts: Facts) -> bool:
    """A wish of a municipality, which no newsletter utters of itself."""
    return subject_says(facts, "replied") or subject_says(facts, "forwarded")


def _list_text(facts: Facts) -> bool:
    tagged = bool(re.match(r"(?:(?:re|aw|fwd?|wg): ?)?\[[\w .-]{3,40}\] ", facts.subject))
    via = bool(re.search(r"\b(?:via|über) ", facts.message.from_.name.casefold()))
    return bool(signs(facts, "list")) and (tagged or via or "mailman" in facts.body)


def _service_text(facts: Facts) -> bool:
    found = signs(facts, "service") | (signs(facts, "receipt") & {"automatic", "unanswerable"})
    weight = _weight(found, {"automatic": 3, "unanswerable": 2})
    score = weight + _subject_weight(facts, ("service",)) + _local_weight(facts, _SERVICE_LOCAL)
    return (
        score >= 3 - _impersonal(facts)
        and bool(found)
        and not (_asks(facts) or _wants(facts) or _form(facts) or _scanned(facts))
    )


def _certain_subject(facts: Facts) -> bool:
    return subject_says(facts, "certain")


def _weight(found: Iterable[str], extra: dict[str, int]) -> int:
    return sum(extra.get(name, 1) for name in found)


def _subject_weight(facts: Facts, names: tuple[str, ...]) -> int:
    return sum(subject_says(facts, name) for name in names)


def _local_weight(facts: Facts, usual: re.Pattern[str]) -> int:
    if is_no_reply(facts.local) or is_robot(facts.local):
        return 2
    return 1 if usual.search(facts.local) else 0


RULES = (
    Rule("bounce_text", "bounce", "Text einer Unzustellbarkeitsmeldung", _bounce_text),
    Rule("daemon_name", "bounce", "Anzeigename eines Mailsystems", _daemon_name),
    Rule("read_text", "receipt", "Text einer Lese- oder Zustellbestätigung", _read_text),
    Rule("auto_reply_subject", "auto_reply", "Betreff einer automatischen Antwort", _auto_reply_subject),
    Rule("absence_subject", "auto_reply", "Betreff und Text einer Abwesenheitsnotiz", _absence_subject),
    Rule("absence_body", "auto_reply", "Text ist nur eine Abwesenheitsnotiz", _absence_body),
    Rule("calendar_text", "calendar", "Antwort auf eine Termineinladung ohne eigenen Text", _calendar_text),
    Rule("list_text", "list", "Fußzeile einer Mailingliste", _list_text),
    Rule("newsletter_text", "newsletter", "Merkmale eines Newsletters", _newsletter_text),
    Rule("receipt_text", "system", "Eingangsbestätigung eines Ticketsystems", _receipt_text),
    Rule("automatic_text", "system", "nennt sich selbst automatisch erzeugt", _automatic_text),
    Rule("assistant_text", "system", "stellt sich als digitaler Assistent vor", _assistant_text),
    Rule("certain_subject", "system", "Betreff, den nur Programme schreiben", _certain_subject),
    Rule("service_text", "system", "Meldung eines Dienstes oder Geräts", _service_text),
)
