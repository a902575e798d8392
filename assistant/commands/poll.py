"""`klimapartner poll`: one look into the mailboxes."""

from typing import Annotated

import typer
from rich.console import Console

from klimapartner.assistant.alarms import look_and_tell
from klimapartner.assistant.commands.common import show_table, workplace_of
from klimapartner.assistant.dead_letters import retry_for_version
from klimapartner.assistant.errors import UsageError
from klimapartner.assistant.mail_reading import answer_address, read_mail
from klimapartner.assistant.moving import move_finished
from klimapartner.assistant.poll import poll_once
from klimapartner.assistant.reading_work import read_waiting
from klimapartner.assistant.servers import imap_login, server_of
from klimapartner.assistant.workplace import Workplace
from klimapartner.mailbox.imap import connect
from klimapartner.storage.messages import known_uids


def poll(
    context: typer.Context,
    once: Annotated[
        bool, typer.Option("--once", help="Einmal abrufen, lesen und Antworten vorbereiten, dann enden")
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Nur zeigen, was neu ist; nichts speichern, verschieben oder senden")
    ] = False,
) -> None:
    """Ruft die Postfächer ab. Dauerhaft läuft der Abruf mit `klimapartner run`."""
    if not once:
        raise UsageError("Bitte `klimapartner poll --once` aufrufen; dauerhaft läuft der Abruf mit `klimapartner run`.")
    with workplace_of(context) as work:
        for name in work.settings.mailboxes:
            _preview(work, name) if dry_run else _poll(work, name)


def _poll(work: Workplace, name: str) -> None:
    begun = work.clock()
    polled = poll_once(work, name)
    retry_for_version(work)
    read = read_waiting(work)
    moved = polled.moved + _move(work, name)
    look_and_tell(work, since=begun)
    Console().print(f"{name}: {polled.new} neu, {polled.known} schon bekannt, {read} gelesen, {moved} verschoben")


def _move(work: Workplace, name: str) -> int:
    box = work.settings.mailboxes[name]
    with connect(server_of(box.imap), imap_login(box, work.clock)) as imap:
        return move_finished(imap, name, box, work.database, work.clock, imap.select(box.folder))


def _preview(work: Workplace, name: str) -> None:
    box, office = work.settings.mailboxes[name], work.office(name)
    rows = []
    with connect(server_of(box.imap), imap_login(box, work.clock)) as imap:
        uidvalidity = imap.select(box.folder)
        with work.database.reading() as session:
            known = known_uids(session, name, uidvalidity)
        for fetched in imap.fetch([uid for uid in imap.uids() if uid not in known], box.size_limit):
            mail = read_mail(
                fetched.raw, reader=office.reader, identity=office.identity, call=office.call, received=fetched.received
            )
            to = answer_address(mail)
            body = mail.reading.municipality.name if mail.reading.municipality else ""
            rows.append(
                (
                    fetched.uid,
                    mail.message.from_.addr,
                    ", ".join(mail.reading.intents),
                    body,
                    to.addr if to else "keine",
                )
            )
    show_table(f"{name}: neu (nichts gespeichert)", ("UID", "Von", "Anliegen", "Kommune", "Antwort an"), rows)
