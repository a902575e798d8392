"""Rules on words, for machines that set no header: each needs signs of different kinds, never one alone."""

import re
import tomllib
from collections.abc import Iterable
from pathlib import Path

from klimapartner.mailbox.facts import Facts
from klimapartner.mailbox.phrases import any_of
from klimapartner.mailbox.rules import Rule
from klimapartner.mailbox.rules_sender import is_daemon, is_no_reply, is_robot

_TABLES = tomllib.loads(Path(__file__).with_name("triage_phrases.toml").read_text(encoding="utf-8"))
_SUBJECT = {name: re.compile(any_of(patterns)) for name, patterns in _TABLES["subject"].items()}
_SIGNS = {
    group: {name: re.compile(any_of(patterns), re.MULTILINE) for name, patterns in signs.items()}
    for group, signs in _TABLES["signs"].items()
}
_BULK_LOCAL = re.compile(
    r"(?:news|newsletter|infobrief|rundbrief|mailing|marketing|campaign|aktuell|infomail|presse-?verteiler)"
)
_SERVICE_LOCAL = re.compile(
    r"(?:service-?desk|help-?desk|ticket|support|service|system|otrs|shop|order|bestell|versand|buchung|quarant|spam)"
)
_SCAN = re.compile(r"scan|kopierer|multifunktion|mfp|xerox|ricoh|konica|kyocera|numéris|escane|digitaliz")
_FORM = re.compile(
    r"kontaktformular|contact form|webformular|online-?formular|formulaire de contact|"
    r"formulario de contacto|formulário de contato"
)
_SHORT = 1_500


def subject_says(facts: Facts, name: str) -> bool:
    """Whether the subject begins like that kind of machine mail."""
    return bool(_SUBJECT[name].match(facts.subject))


def signs(facts: Facts, group: str) -> set[str]:
    """The names of the signs of a group that stand in the body."""
    return {name for name, pattern in _SIGNS[group].items() if pattern.search(facts.body)}


def _human(facts: Facts) -> bool:
    return bool(signs(facts, "human"))


def _auto_reply_subject(facts: Facts) -> bool:
    return subject_says(facts, "auto_reply")


def _absence_subject(facts: Facts) -> bool:
    """A subject about absence, and a body that says little else."""
    return subject_says(facts, "absent") and len(_absence(facts)) >= 2 and _brief(facts) and not _human(facts)


def _absence_body(facts: Facts) -> bool:
    found = _absence(facts)
    return len(found - {"thanks"}) >= 3 and {"away", "deputy"} <= found and _brief(facts) and not _human(facts)


def _absence(facts: Facts) -> set[str]:
    found = signs(facts, "absence")
    return found if found & {"away", "unread", "machine"} else set()


def _brief(facts: Facts) -> bool:
    return len(facts.body) < _SHORT


def _bounce_text(facts: Facts) -> bool:
    found = signs(facts, "bounce")
    told = subject_says(facts, "bounce") and bool(found) and not _human(facts)
    return told or (len(found) == 2 and (is_daemon(facts.local) or subject_says(facts, "bounce")))


def _read_text(facts: Facts) -> bool:
    return subject_says(facts, "read") and (bool(signs(facts, "read")) or _words(facts) <= 5)


def _calendar_text(facts: Facts) -> bool:
    """An answer to an invitation that says nothing of its own."""
    attached = any(item.content_type == "text/calendar" for item in facts.message.attachments)
    calendar = attached or "calendar" in facts.message.content_type
    return subject_says(facts, "calendar") and (calendar or _words(facts) <= 3)


def _words(facts: Facts) -> int:
    return len(re.findall(r"\w{2,}", facts.body))


def _receipt_text(facts: Facts) -> bool:
    """A ticket system that says what arrived, under which number, when it will be looked at."""
    found = signs(facts, "receipt")
    score = (
        _weight(found, {"automatic": 2})
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
    scanned = bool(facts.message.attachments) and bool(_SCAN.search(facts.subject + facts.body))
    passed_on = subject_says(facts, "forwarded") or subject_says(facts, "replied")
    return "automatic" in found and not (scanned or passed_on or _form(facts)) and not _wants(facts)


def _wants(facts: Facts) -> bool:
    return bool(_SIGNS["human"]["wants"].search(facts.body))


def _form(facts: Facts) -> bool:
    return bool(_FORM.search(facts.subject + "\n" + facts.body))


def _newsletter_text(facts: Facts) -> bool:
    found = signs(facts, "newsletter")
    score = _weight(found, {"because": 2}) + _subject_weight(facts, ("issue",)) + _local_weight(facts, _BULK_LOCAL)
    return score >= 2 and bool(found & {"because", "unsubscribe", "online"}) and not _declares(facts)


def _declares(facts: Facts) -> bool:
    """A wish of a municipality, which no newsletter utters of itself."""
    return subject_says(facts, "replied") or subject_says(facts, "forwarded")


def _list_text(facts: Facts) -> bool:
    tagged = bool(re.match(r"(?:(?:re|aw|fwd?|wg): ?)?\[[\w .-]{3,40}\] ", facts.subject))
    via = bool(re.search(r"\b(?:via|über) ", facts.message.from_.name.casefold()))
    return bool(signs(facts, "list")) and (tagged or via or "mailman" in facts.body)


def _service_text(facts: Facts) -> bool:
    found = signs(facts, "service") | (signs(facts, "receipt") & {"automatic", "unanswerable"})
    strong = 2 if found & {"automatic"} else 0
    score = len(found) + strong + _subject_weight(facts, ("service",)) + _local_weight(facts, _SERVICE_LOCAL)
    return score >= 3 and bool(found) and not _human(facts) and not _form(facts)


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
    Rule("read_text", "receipt", "Text einer Lese- oder Zustellbestätigung", _read_text),
    Rule("auto_reply_subject", "auto_reply", "Betreff einer automatischen Antwort", _auto_reply_subject),
    Rule("absence_subject", "auto_reply", "Betreff und Text einer Abwesenheitsnotiz", _absence_subject),
    Rule("absence_body", "auto_reply", "Text ist nur eine Abwesenheitsnotiz", _absence_body),
    Rule("calendar_text", "calendar", "Antwort auf eine Termineinladung ohne eigenen Text", _calendar_text),
    Rule("list_text", "list", "Fußzeile einer Mailingliste", _list_text),
    Rule("newsletter_text", "newsletter", "Merkmale eines Newsletters", _newsletter_text),
    Rule("receipt_text", "system", "Eingangsbestätigung eines Ticketsystems", _receipt_text),
    Rule("automatic_text", "system", "nennt sich selbst automatisch erzeugt", _automatic_text),
    Rule("service_text", "system", "Meldung eines Dienstes oder Geräts", _service_text),
)
