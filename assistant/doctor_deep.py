"""What `doctor --deep` looks at: the rules that a living database keeps, in words, with what to do where one fails."""

from collections.abc import Iterator

from klimapartner.assistant.doctor import Finding
from klimapartner.assistant.workplace import Workplace
from klimapartner.storage.errors import StorageError
from klimapartner.storage.invariants import RULES, broken_rules, rows_looked_at

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
}


def examine_deeply(work: Workplace) -> Iterator[Finding]:
    """One finding for each broken rule, or one that says that all hold; reads the whole database."""
    try:
        with work.database.reading() as session:
            broken, rows = list(broken_rules(session, now=work.clock())), rows_looked_at(session)
    except StorageError as error:
        yield Finding("Bestand", False, str(error))
        return
    for item in broken:
        what, todo = TEXTS[item.rule]
        more = " …" if len(item.ids) > _SHOWN else ""
        listed = ", ".join(str(number) for number in item.ids[:_SHOWN])
        yield Finding("Bestand", False, f"{what}: {len(item.ids)} (Nr. {listed}{more}). {todo}.")
    if not broken:
        yield Finding("Bestand", True, f"{len(RULES)} Regeln an {rows} Einträgen, Nachrichten und Antworten erfüllt")
