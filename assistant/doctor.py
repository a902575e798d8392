"""What an administrator wants to know: does everything work, and if not, what is to be done."""

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial

from klimapartner.assistant.alarms import last_poll, parts_of
from klimapartner.assistant.call import find_call
from klimapartner.assistant.console_health import look_at_address, look_at_people, weak_point
from klimapartner.assistant.disk import data_folder, free_bytes
from klimapartner.assistant.dispatch import gate_is_open
from klimapartner.assistant.errors import AssistantError
from klimapartner.assistant.identity import message_id_domain
from klimapartner.assistant.metrics import registry_of
from klimapartner.assistant.servers import imap_login, login_of, server_of
from klimapartner.assistant.settings import MailboxSettings, Settings
from klimapartner.assistant.trouble import trouble_of
from klimapartner.assistant.workplace import Workplace
from klimapartner.intents.reader import load_reader
from klimapartner.intents.reading import Office
from klimapartner.mailbox.compose import compose, new_message_id
from klimapartner.mailbox.errors import MailboxError
from klimapartner.mailbox.imap import connect
from klimapartner.mailbox.message import Address
from klimapartner.mailbox.smtp import check, send
from klimapartner.storage.errors import StorageError
from klimapartner.storage.messages import count_by_state
from klimapartner.storage.outbox import count_outbox

_LEAST_DISK = 500_000_000


@dataclass(frozen=True, slots=True)
class Finding:
    """One check: what was looked at, whether it is well, and what was found or is to be done.

    A `hint` is well, but could be better.
    """

    name: str
    well: bool
    text: str
    hint: bool = False


def examine(work: Workplace, *, send_test_mail: bool) -> Iterator[Finding]:
    """All checks, each guarded, so that one failure never hides the rest."""
    settings = work.settings
    yield _guarded("Einstellungen", lambda: _complete(settings))
    yield _guarded("Datenbank", lambda: _database(work))
    yield _guarded("Kennzahlen", lambda: _figures(work))
    yield _guarded("Dienst", lambda: _parts(work))
    yield _guarded("Speicherplatz", lambda: _disk(settings))
    yield _guarded("Sprachmodell", lambda: f"Fassung {load_reader(Office()).version}")
    if settings.telegram.mode != "off":
        yield _guarded("Telegram", lambda: _telegram(work))
    if settings.staff_bot.token.is_set:
        yield _guarded("Bot des Teams", lambda: _staff_bot(work))
    if settings.console.enabled:
        yield from _console_findings(work)
    for name in settings.mailboxes:
        yield from _box_findings(work, name)
        if send_test_mail:
            yield _guarded(f"Testmail {name}", partial(_test_mail, work, settings.mailboxes[name]))


def _box_findings(work: Workplace, name: str) -> Iterator[Finding]:
    box = work.settings.mailboxes[name]
    yield _guarded(f"Aufruf für {name}", partial(_call, work.settings, box))
    yield _guarded(f"Postfach {name}", partial(_mailbox, work, box))
    yield _guarded(f"Versand {name}", partial(_smtp, work, box))
    yield _guarded(f"Geheimnisse {name}", partial(_secrets, work.settings, box, work.clock()))
    yield _guarded(f"Abruf {name}", partial(_last_poll, work, name, box))


def _console_findings(work: Workplace) -> Iterator[Finding]:
    yield _guarded("Adresse der Konsole", lambda: look_at_address(work.settings))
    yield _guarded("Personen", lambda: look_at_people(work))
    weak = _guarded("Zweiter Faktor", lambda: weak_point(work))
    if weak.text:
        yield replace(weak, hint=weak.well)


def _guarded(name: str, look: Callable[[], str]) -> Finding:
    try:
        return Finding(name, True, look())
    except (AssistantError, MailboxError, StorageError, OSError) as error:
        return Finding(name, False, str(error))


def _complete(settings: Settings) -> str:
    if missing := settings.missing_to_send():
        raise AssistantError(f"Es fehlt {', '.join(missing)}; bis dahin wird nichts gesendet.")
    if not settings.mailboxes:
        raise AssistantError("Es ist kein Postfach eingerichtet; bitte [mailboxes.NAME] ergänzen.")
    return f"vollständig, {len(settings.mailboxes)} Postfach/Postfächer"


def _database(work: Workplace) -> str:
    state = work.database.check()
    if state.revision != state.head:
        raise AssistantError(
            f"Das Schema steht auf {state.revision}, nötig ist {state.head}; `klimapartner run` bringt es auf Stand."
        )
    with work.database.reading() as session:
        messages, outbox, gate = count_by_state(session), count_outbox(session), gate_is_open(session)
    waiting = sum(outbox.get(name, 0) for name in ("queued", "held"))
    ready = "Ausgang offen" if gate else "Ausgang zu (`klimapartner outbox release --all` öffnet ihn)"
    kept, dead = sum(messages.values()), messages.get("dead", 0)
    return f"{state.dialect}, {kept} Nachrichten, {dead} liegen geblieben, {waiting} Antworten warten, {ready}"


def _figures(work: Workplace) -> str:
    registry = registry_of(work)
    names = {
        "backlog": "warten auf das Lesen",
        "held_answers": "Antworten warten auf Freigabe",
        "open_tasks": "Aufgaben",
    }
    told = [f"{registry.get_sample_value(f'klimapartner_{name}') or 0:.0f} {text}" for name, text in names.items()]
    dead = registry.get_sample_value("klimapartner_dead_letters") or 0
    if dead:
        raise AssistantError(
            f"{dead:.0f} Nachrichten sind liegen geblieben; `klimapartner deadletter list` nennt die Gründe, "
            "`klimapartner deadletter retry` versucht es noch einmal."
        )
    return ", ".join(told)


def _parts(work: Workplace) -> str:
    with work.database.reading() as session:
        troubles = {part: trouble_of(session, part) for part in parts_of(work.settings)}
    if failing := [f"{part}: {text}" for part, text in troubles.items() if text]:
        raise AssistantError(f"{'; '.join(failing)} (Einzelheiten mit `klimapartner --debug run`).")
    return "keine Störung gemeldet"


def _telegram(work: Workplace) -> str:
    # Here and not above: aiogram takes two seconds to load, which every command would wait for.
    from klimapartner.assistant.telegram.check import look_at_bot

    return look_at_bot(work)


def _staff_bot(work: Workplace) -> str:
    from klimapartner.assistant.staffbot.health import look_at_staff_bot

    return look_at_staff_bot(work)


def _disk(settings: Settings) -> str:
    free = free_bytes(settings)
    if free < _LEAST_DISK:
        place = data_folder(settings)
        raise AssistantError(f"Nur noch {free // 1_000_000} MB frei in {place}; bitte Platz schaffen.")
    return f"{free // 1_000_000_000} GB frei"


def _call(settings: Settings, box: MailboxSettings) -> str:
    call = find_call(box.call, tuple(settings.call_folders))
    return f"{call.id}, Frist {call.deadline - timedelta(seconds=1):%d.%m.%Y}, Stand {call.as_of:%d.%m.%Y}"


def _mailbox(work: Workplace, box: MailboxSettings) -> str:
    with connect(server_of(box.imap), imap_login(box, work.clock)) as imap:
        imap.select(box.folder)
        count = len(imap.uids())
        missing = {"IDLE", "UIDPLUS", "MOVE"} - imap.capabilities
    return f"{count} Nachrichten in {box.folder}" + (
        f"; der Server kann nicht: {', '.join(sorted(missing))}" if missing else ""
    )


def _smtp(work: Workplace, box: MailboxSettings) -> str:
    report = asyncio.run(check(server_of(box.smtp), login_of(box.smtp, work.clock)))
    return (
        "angemeldet, verschlüsselt"
        if report.encrypted
        else "angemeldet, unverschlüsselt (nur auf diesem Rechner zulässig)"
    )


def _secrets(settings: Settings, box: MailboxSettings, now: datetime) -> str:
    soon = timedelta(days=settings.alarms.secret_days)
    for server in (box.imap, box.smtp):
        expires = server.auth.secret_expires
        if expires and expires - now < soon:
            raise AssistantError(
                f"Ein Geheimnis von {server.host} läuft am {expires:%d.%m.%Y} ab; bitte ein neues eintragen."
            )
    return f"kein Ablauf in den nächsten {soon.days} Tagen bekannt"


def _last_poll(work: Workplace, name: str, box: MailboxSettings) -> str:
    with work.database.reading() as session:
        last, trouble = last_poll(session, name), trouble_of(session, f"poll:{name}")
    if trouble:
        raise AssistantError(trouble)
    if last is None:
        return "noch nie; `klimapartner run` startet ihn"
    age = work.clock() - last
    if age > timedelta(seconds=10 * box.poll_seconds):
        raise AssistantError(f"Zuletzt vor {age.total_seconds() / 60:.0f} Minuten; läuft `klimapartner run`?")
    return f"zuletzt vor {age.total_seconds():.0f} Sekunden"


def _test_mail(work: Workplace, box: MailboxSettings) -> str:
    to, now = work.settings.administrator, work.clock()
    if not to:
        raise AssistantError("`administrator` ist nicht gesetzt; dorthin geht die Testmail.")
    raw = compose(
        from_=Address(box.display_name, box.address), to=Address("", to), subject="klimapartner: Testmail",
        body_text="Der Versand funktioniert.\n", date=now, language="de", headers={},
        message_id=new_message_id(message_id_domain(box), f"doctor.{now.timestamp():.0f}"),
    )  # fmt: skip
    outcome = asyncio.run(send(server_of(box.smtp), login_of(box.smtp, work.clock), box.address, to, raw))
    if outcome.status != "sent":
        raise AssistantError(f"Nicht gesendet: {outcome.code} {outcome.text}; bitte Absender und Rechte prüfen.")
    return f"gesendet an {to}"
