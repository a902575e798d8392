"""What `doctor --deep` looks at: the rules that a living database keeps, in words, with what to do where one fails."""

from collections.abc import Iterator

from klimapartner.assistant.dispatch import gate_is_open
from klimapartner.assistant.doctor import Finding
from klimapartner.assistant.erased_mail import is_erased
from klimapartner.assistant.tombstone_journal import key_of
from klimapartner.assistant.workplace import Workplace
from klimapartner.storage.engine import Session
from klimapartner.storage.errors import StorageError
from klimapartner.storage.invariants import OVERDUE, RULES, Broken, broken_rules, rows_looked_at
from klimapartner.storage.invariants_told import kept_mails, mails_overdue
from klimapartner.storage.tombstones import has_tombstones

_SHOWN = 10
_WAITING = "Läuft `klimapartner run`? Danach `klimapartner doctor`"
_REPORT = "Bitte melden; bis dahin ist die letzte Sicherung der Stand, an dem sich vergleichen lässt"
TEXTS = {
    "entry_without_source": ("Einträge ohne Nachricht und ohne Person, die sie eingab", _REPORT),
    "entry_without_history": ("Einträge ohne Verlauf", _REPORT),
    "search_out_of_step": (
        "Einträge, deren Suchtext nicht zu ihren Feldern passt",
        "Eine Änderung am Eintrag heilt es",
    ),
    "sent_without_time": ("Antworten, deren Zustand und Sendezeit sich widersprechen", _REPORT),
    "sending_without_sender": ("Antworten, die niemand sendet und niemand zurückgibt", _REPORT),
    "reading_without_reader": ("Nachrichten, die niemand liest und niemand zurückgibt", _REPORT),
    "message_overdue": ("Nachrichten, die seit Stunden auf das Lesen warten", _WAITING),
    "sending_overdue": ("Antworten, deren Versand seit Stunden abgebrochen ist", _WAITING),
    "line_overdue": ("Zeilen im Chat, deren Versand seit Stunden abgebrochen ist", _WAITING),
    "answered_twice": ("Antworten, die es zweimal gibt", "Bitte mit `klimapartner outbox list` ansehen und melden"),
    "done_without_trace": ("Nachrichten, die erledigt sind, ohne dass etwas daraus wurde", _REPORT),
    "message_without_place": ("Nachrichten, die an keinem Ort lagen", _REPORT),
    "message_with_other_bytes": ("Nachrichten, deren Bytes nicht mehr die gespeicherten sind", _REPORT),
    "merge_of_nothing": ("Zusammenführungen, deren Eintrag es nicht gibt", _REPORT),
    "foreign_key": ("Verweise auf Zeilen, die es nicht gibt", _REPORT),
    "damaged_file": (
        "Die Datenbankdatei ist beschädigt",
        "Bitte den Dienst anhalten und die letzte Sicherung einspielen",
    ),
    "update_overdue": ("Nachrichten im Chat, die seit Stunden auf Antwort warten", _WAITING),
    "mail_overdue": ("Antworten, die seit Stunden gesendet sein müssten", _WAITING),
    "outbox_against_history": ("Antworten, deren Zustand ein anderer ist als der im Verlauf", _REPORT),
    "message_read_twice": ("Nachrichten, die zweimal gelesen wurden", _REPORT),
    "message_done_before": ("Nachrichten, die schon erledigt waren und es nicht mehr sind", _REPORT),
    "entry_changed_silently": ("Einträge mit Änderungen, die nicht im Verlauf stehen", _REPORT),
    "uncertain_without_task": (
        "Antworten, deren Zustellung unklar ist, ohne Aufgabe für das Team",
        "Bitte mit `klimapartner outbox list` ansehen",
    ),
    "line_without_task": ("Zeilen im Chat, deren Versand unklar ist, ohne Aufgabe für das Team", _REPORT),
    "chat_out_of_order": ("Antworten im Chat, die vor einer früheren kamen", _REPORT),
    "erased_is_back": (
        "Nachrichten von Personen, die gelöscht sind",
        "Bitte `klimapartner erase replay` aufrufen",
    ),
}
OWN_RULES = ("mail_overdue", "erased_is_back")


def examine_deeply(work: Workplace) -> Iterator[Finding]:
    """One finding for each broken rule, or one that says that all hold; reads the whole database."""
    try:
        with work.database.reading() as session:
            broken, rows = list(broken_rules(session, now=work.clock())), rows_looked_at(session)
            broken += [Broken(name, ids) for name, ids in _own(session, work) if ids]
    except StorageError as error:
        yield Finding("Bestand", False, str(error))
        return
    for item in broken:
        what, todo = TEXTS[item.rule]
        more = " …" if len(item.ids) > _SHOWN else ""
        listed = ", ".join(str(number) for number in item.ids[:_SHOWN])
        yield Finding("Bestand", False, f"{what}: {len(item.ids)} (Nr. {listed}{more}). {todo}.")
    if not broken:
        yield Finding(
            "Bestand",
            True,
            f"{len(RULES) + len(OWN_RULES)} Regeln an {rows} Einträgen, Nachrichten und Antworten erfüllt",
        )


def _own(session: Session, work: Workplace) -> Iterator[tuple[str, tuple[int, ...]]]:
    """What holds only by the settings: whether mail may go at all, and the key of the tombstones."""
    now = work.clock()
    may_send = gate_is_open(session) and not work.settings.missing_to_send()
    yield "mail_overdue", tuple(mails_overdue(session, now - OVERDUE)) if may_send else ()
    yield "erased_is_back", tuple(_erased(session, work)) if has_tombstones(session) else ()


def _erased(session: Session, work: Workplace) -> Iterator[int]:
    key = key_of(work.settings, work.database, work.clock())
    for number, raw, received_at in kept_mails(session):
        if is_erased(session, raw, received_at, key):
            yield number
