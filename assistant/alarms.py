"""What the administrator must know: looked for every minute, told by mail, at most one of a kind in an hour."""

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from klimapartner.assistant.errors import AssistantError
from klimapartner.assistant.identity import message_id_domain
from klimapartner.assistant.servers import login_of, server_of
from klimapartner.assistant.settings import MailboxSettings, Settings
from klimapartner.assistant.telegram.hearing import heard_at
from klimapartner.assistant.trouble import trouble_of
from klimapartner.assistant.workplace import Workplace
from klimapartner.mailbox.compose import compose, new_message_id
from klimapartner.mailbox.errors import MailboxError
from klimapartner.mailbox.message import Address
from klimapartner.mailbox.smtp import send
from klimapartner.storage.engine import Session
from klimapartner.storage.leases import list_dead
from klimapartner.storage.outbox import OutboxState, list_outbox
from klimapartner.storage.sql import lock
from klimapartner.storage.state import get_state, set_state
from klimapartner.storage.tasks import list_tasks

ONE_OF_A_KIND = timedelta(hours=1)
SAME_AGAIN = timedelta(days=1)
PARTS = ("read", "send", "watch", "bots:public")
log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Alarm:
    """One thing that is wrong; `text` names no person, `sign` tells the same from something new of its kind."""

    kind: str
    text: str
    sign: str


def alarms_now(work: Workplace, *, since: datetime) -> list[Alarm]:
    """All that is wrong now; `since` is when the service began, before which nobody could have polled."""
    settings, now = work.settings, work.clock()
    with work.database.reading() as session:
        faults = _faults(session, settings)
        found = [*_polls(session, settings, since, now), *faults, *_letters(session), *_sends(session)]
        found += _bot(session, settings, since, now)
        found += _limits(session)
    return found + list(_secrets(settings, now))


def _polls(session: Session, settings: Settings, since: datetime, now: datetime) -> Iterator[Alarm]:
    longest = timedelta(minutes=settings.alarms.no_poll_minutes)
    for name in settings.mailboxes:
        trouble = trouble_of(session, f"poll:{name}")
        last = max(last_poll(session, name) or since, since)
        silent = now - last
        if silent >= longest:
            text = f"Seit {silent.total_seconds() // 60:.0f} Minuten ist aus dem Postfach {name} nichts abgerufen."
            yield Alarm(f"poll:{name}", f"{text} {trouble or 'Läuft `klimapartner run`?'}", last.isoformat())
        elif trouble:
            yield Alarm(f"mailbox:{name}", f"Postfach {name}: {trouble}", trouble)


def last_poll(session: Session, name: str) -> datetime | None:
    """When the mailbox was last polled with success."""
    kept = get_state(session, f"poll.{name}")
    return datetime.fromisoformat(kept) if isinstance(kept, str) else None


def parts_of(settings: Settings) -> list[str]:
    """The parts of the service that are switched on and whose troubles are kept."""
    bots = {"bots:public": settings.telegram.mode != "off", "bots:staff": settings.staff_bot.token.is_set}
    return [*PARTS, *(name for name, on in bots.items() if on)]


def _faults(session: Session, settings: Settings) -> Iterator[Alarm]:
    for part in parts_of(settings):
        if trouble := trouble_of(session, part):
            yield Alarm(f"fault:{part}", f"Der Teil „{part}“ arbeitet nicht: {trouble}", trouble)


def _bot(session: Session, settings: Settings, since: datetime, now: datetime) -> Iterator[Alarm]:
    last = max(heard_at(session) or since, since)
    if settings.telegram.mode != "off" and now - last >= timedelta(minutes=settings.alarms.no_poll_minutes):
        minutes = (now - last).total_seconds() // 60
        text = f"Der Telegram-Bot hat seit {minutes:.0f} Minuten nichts von Telegram gehört; läuft `klimapartner run`?"
        yield Alarm("bots:deaf", text, last.isoformat())


def _letters(session: Session) -> Iterator[Alarm]:
    if dead := list_dead(session):
        text = f"{len(dead)} Nachrichten konnten nicht verarbeitet werden; `klimapartner deadletter list` zeigt sie."
        yield Alarm("deadletter", text, str(dead[-1].id))


def _sends(session: Session) -> Iterator[Alarm]:
    states: tuple[tuple[OutboxState, str], ...] = (
        ("uncertain", "Bei {} Antworten ist unklar, ob sie zugestellt sind"),
        ("failed", "{} Antworten ließen sich nicht senden"),
    )
    for state, text in states:
        if rows := list_outbox(session, states=[state]):
            told = f"{text.format(len(rows))}; `klimapartner outbox list` zeigt sie."
            yield Alarm(state, told, str(rows[-1].id))


def _limits(session: Session) -> Iterator[Alarm]:
    if over := [task for task in list_tasks(session) if task.kind == "limit"]:
        text = f"{len(over)} Antworten warten, weil eine Grenze erreicht ist; `klimapartner outbox list` zeigt sie."
        yield Alarm("limit", text, str(over[-1].id))


def _secrets(settings: Settings, now: datetime) -> Iterator[Alarm]:
    soon = now + timedelta(days=settings.alarms.secret_days)
    for name, box in settings.mailboxes.items():
        for server in (box.imap, box.smtp):
            expires = server.auth.secret_expires
            if expires and expires < soon:
                text = f"Ein Geheimnis von {server.host} (Postfach {name}) läuft am {expires:%d.%m.%Y} ab"
                yield Alarm(f"secret:{server.host}", f"{text}; bitte ein neues eintragen.", expires.isoformat())


async def tell(work: Workplace, alarms: Sequence[Alarm]) -> int:
    """Mail what is due to the administrator; returns how many mails left. What could not be sent is due again."""
    count = 0
    for alarm in alarms:
        if _claim(work, alarm):
            log.warning("alarm", kind=alarm.kind)
            left = await _send(work, alarm)
            count += left
            if not left:
                _unclaim(work, alarm)
    return count


def look_and_tell(work: Workplace, *, since: datetime) -> int:
    """Look for what is wrong and mail it; returns how many mails left."""
    alarms = alarms_now(work, since=since)
    return asyncio.run(tell(work, alarms)) if alarms and work.settings.administrator else 0


def _claim(work: Workplace, alarm: Alarm) -> bool:
    with work.database.session() as session:
        return claim_alarm(session, alarm, "alarm", now=work.clock())


def claim_alarm(session: Session, alarm: Alarm, way: str, *, now: datetime) -> bool:
    """Whether this alarm is due on this way; then it counts as told, so that two processes do not both send it."""
    lock(session, "alarms")
    told = get_state(session, f"{way}.{alarm.kind}")
    if isinstance(told, dict):
        again = SAME_AGAIN if told.get("sign") == alarm.sign else ONE_OF_A_KIND
        if now - datetime.fromisoformat(str(told["at"])) < again:
            return False
    set_state(session, f"{way}.{alarm.kind}", {"at": now.isoformat(), "sign": alarm.sign}, now=now)
    return True


def _unclaim(work: Workplace, alarm: Alarm) -> None:
    with work.database.session() as session:
        set_state(session, f"alarm.{alarm.kind}", None, now=work.clock())


async def _send(work: Workplace, alarm: Alarm) -> bool:
    """By the first mailbox whose server takes it: the one that fails may be what the alarm is about."""
    for box in work.settings.mailboxes.values():
        try:
            outcome = await send(
                server_of(box.smtp), login_of(box.smtp, work.clock), box.address, work.settings.administrator,
                _mail(work.settings, box, alarm, work.clock()),
            )  # fmt: skip
        except (MailboxError, AssistantError) as error:
            log.warning("alarm not sent", kind=alarm.kind, error=type(error).__name__)
            continue
        if outcome.status in ("sent", "uncertain"):
            return True
    return False


def _mail(settings: Settings, box: MailboxSettings, alarm: Alarm, now: datetime) -> bytes:
    return compose(
        from_=Address(box.display_name, box.address),
        to=Address("", settings.administrator),
        subject=f"klimapartner: Alarm ({alarm.kind})",
        body_text=f"{alarm.text}\n\n`klimapartner doctor` prüft alles und nennt, was zu tun ist.\n",
        date=now,
        language="de",
        headers={},
        message_id=new_message_id(message_id_domain(box), f"alarm.{alarm.kind}.{now.timestamp():.0f}"),
        auto_submitted="auto-generated",
    )
