"""Figures for Prometheus, counted in the database at each scrape, so that every process tells the same.

Names follow the convention (prometheus.io/docs/practices/naming): prefix, unit in the plural at the end, `_total` for
what only grows. Labels are few and closed: states, queues, names of mailboxes.
"""

import platform
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from importlib.metadata import version

from prometheus_client import CollectorRegistry, Counter, start_http_server
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from klimapartner.assistant.alarms import last_poll, parts_of
from klimapartner.assistant.disk import free_bytes
from klimapartner.assistant.dispatch import gate_is_open
from klimapartner.assistant.settings import Settings
from klimapartner.assistant.telegram.hearing import heard_at
from klimapartner.assistant.trouble import trouble_of
from klimapartner.assistant.workplace import Workplace
from klimapartner.storage.accesses import SIGNED_IN
from klimapartner.storage.engine import Session
from klimapartner.storage.errors import StorageError
from klimapartner.storage.figures import door_figures, oldest_waiting, open_tasks, states_of

REGISTRY = CollectorRegistry()
FAILURES = Counter(
    "klimapartner_failures", "Errors of a part of the service since it was started", ["part"], registry=REGISTRY
)
HOST = "127.0.0.1"
_STATES = {
    "messages": "Stored mails by state",
    "outbox": "Answers by state",
    "entries": "Entries of the register by status",
    "chat_updates": "What came in by chats, by state",
    "chat_lines": "Lines of chats by state",
    "webhook_deliveries": "Events for webhooks by state",
    "mailbox_deletions": "Erased mails that are to be deleted in mailboxes, by state",
}
# By what the console writes down (console/signing_in.py, whose import would load the whole web part).
_SIGN_INS = {"in": SIGNED_IN, "failed": "sign-in failed"}
_LATELY = timedelta(hours=1)
Families = Iterator[GaugeMetricFamily]


class OfficeFigures(Collector):
    """Last polls, queues, dead letters, answers, chats and the console's door, of one database."""

    def __init__(self, work: Workplace) -> None:
        self._work = work

    def collect(self) -> Families:
        """All figures; where the database is away, only that it is."""
        settings, now = self._work.settings, self._work.clock()
        try:
            with self._work.database.reading() as session:
                found = [*_work(session, now), *_mailboxes(session, settings), *_parts(session, settings)]
                found += [*_door(session, now)]
        except StorageError:
            found = []
        yield GaugeMetricFamily("klimapartner_database_up", "1 where the database answers", value=float(bool(found)))
        yield from (*_itself(settings), *found)


def _itself(settings: Settings) -> Families:
    labels = {"version": version("klimapartner"), "python": platform.python_version()}
    info = GaugeMetricFamily("klimapartner_build_info", "1, with the versions as labels", labels=list(labels))
    info.add_metric(list(labels.values()), 1)
    yield info
    yield GaugeMetricFamily(
        "klimapartner_disk_free_bytes", "Free space where the database (SQLite) or the service lies",
        value=free_bytes(settings),
    )  # fmt: skip
    secrets = GaugeMetricFamily(
        "klimapartner_secret_expiry_timestamp_seconds", "When a secret of a mail server expires", labels=["host"]
    )
    for host, expires in _expiries(settings).items():
        secrets.add_metric([host], expires.timestamp())
    yield secrets


def _work(session: Session, now: datetime) -> Families:
    counts = {what: states_of(session, what) for what in _STATES}
    for what, text in _STATES.items():
        yield _family(f"klimapartner_{what}", text, "state", counts[what])
    messages, outbox = counts["messages"], counts["outbox"]
    backlog = messages["received"] + messages["reading"]
    yield GaugeMetricFamily("klimapartner_backlog", "Stored mails that wait to be read", value=backlog)
    yield GaugeMetricFamily("klimapartner_dead_letters", "Mails that could not be handled", value=messages["dead"])
    yield GaugeMetricFamily("klimapartner_held_answers", "Answers that wait for staff", value=outbox["held"])
    yield GaugeMetricFamily("klimapartner_open_tasks", "Tasks that staff have not done", value=open_tasks(session))
    text = "How long the oldest due row of a queue has waited, 0 where nothing waits"
    yield _family("klimapartner_queue_oldest_seconds", text, "queue", oldest_waiting(session, now=now))
    yield GaugeMetricFamily(
        "klimapartner_outbox_open", "1 where the outbox was released", value=float(gate_is_open(session))
    )


def _mailboxes(session: Session, settings: Settings) -> Families:
    polls = {name: last.timestamp() for name in settings.mailboxes if (last := last_poll(session, name))}
    text = "When the mailbox was last polled with success"
    yield _family("klimapartner_last_poll_timestamp_seconds", text, "mailbox", polls)


def _parts(session: Session, settings: Settings) -> Families:
    """Whether a part is in trouble, whichever process it runs in."""
    troubles = {part: float(bool(trouble_of(session, part))) for part in parts_of(settings)}
    yield _family("klimapartner_part_in_trouble", "1 where a part of the service does not work", "part", troubles)
    heard = heard_at(session) if settings.telegram.mode != "off" else None
    text = "When Telegram last answered the public bot"
    yield _family(
        "klimapartner_bot_heard_timestamp_seconds", text, "bot", {"public": heard.timestamp()} if heard else {}
    )


def _door(session: Session, now: datetime) -> Families:
    door = door_figures(session, since=now - _LATELY, now=now)
    yield GaugeMetricFamily("klimapartner_console_sessions", "Open sessions of the console", value=door.sessions)
    yield GaugeMetricFamily("klimapartner_console_locked_users", "Users locked after wrong tries", value=door.locked)
    results = {name: door.events.get(action, 0) for name, action in _SIGN_INS.items()}
    yield _family("klimapartner_console_sign_ins_last_hour", "Sign-ins of the last hour by result", "result", results)


def _family(name: str, text: str, label: str, values: Mapping[str, float]) -> GaugeMetricFamily:
    family = GaugeMetricFamily(name, text, labels=[label])
    for key, value in values.items():
        family.add_metric([key], value)
    return family


def _expiries(settings: Settings) -> dict[str, datetime]:
    servers = [server for box in settings.mailboxes.values() for server in (box.imap, box.smtp)]
    return {server.host: server.auth.secret_expires for server in servers if server.auth.secret_expires}


def registry_of(work: Workplace) -> CollectorRegistry:
    """The figures of a database alone."""
    registry = CollectorRegistry()
    registry.register(OfficeFigures(work))
    return registry


def serve_metrics(work: Workplace, port: int, host: str = HOST) -> None:
    """Answer GET /metrics in a thread, until the process ends; on this machine only unless told otherwise."""
    REGISTRY.register(OfficeFigures(work))
    start_http_server(port, addr=host, registry=REGISTRY)
