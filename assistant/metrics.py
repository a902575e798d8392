"""Figures for Prometheus, counted in the database at each scrape, so that every process tells the same."""

from collections.abc import Iterator

from prometheus_client import CollectorRegistry, Counter, start_http_server
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from klimapartner.assistant.alarms import last_poll
from klimapartner.assistant.workplace import Workplace
from klimapartner.storage.engine import Session
from klimapartner.storage.errors import StorageError
from klimapartner.storage.messages import count_by_state
from klimapartner.storage.outbox import count_outbox
from klimapartner.storage.states import MESSAGE_STATES, OUTBOX_STATES
from klimapartner.storage.tasks import list_tasks

REGISTRY = CollectorRegistry()
FAILURES = Counter(
    "klimapartner_failures", "Errors of a part of the service since it was started", ["part"], registry=REGISTRY
)
_HOST = "127.0.0.1"


class OfficeFigures(Collector):
    """Last polls, backlog, dead letters and answers of one database."""

    def __init__(self, work: Workplace) -> None:
        self._work = work

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """All figures; where the database is away, only that it is."""
        up = GaugeMetricFamily("klimapartner_database_up", "1 where the database answers")
        try:
            with self._work.database.reading() as session:
                found = [*_mail(session), *_work(session), _polls(session, tuple(self._work.settings.mailboxes))]
        except StorageError:
            found = []
        up.add_metric([], float(bool(found)))
        yield from (up, *found)


def _mail(session: Session) -> Iterator[GaugeMetricFamily]:
    messages = count_by_state(session)
    by_state = GaugeMetricFamily("klimapartner_messages", "Stored mails by state", labels=["state"])
    for state in MESSAGE_STATES:
        by_state.add_metric([state], messages.get(state, 0))
    backlog = messages.get("received", 0) + messages.get("reading", 0)
    yield by_state
    yield GaugeMetricFamily("klimapartner_backlog", "Stored mails that wait to be read", value=backlog)
    yield GaugeMetricFamily(
        "klimapartner_dead_letters", "Mails that could not be handled", value=messages.get("dead", 0)
    )


def _work(session: Session) -> Iterator[GaugeMetricFamily]:
    outbox = count_outbox(session)
    by_state = GaugeMetricFamily("klimapartner_outbox", "Answers by state", labels=["state"])
    for state in OUTBOX_STATES:
        by_state.add_metric([state], outbox.get(state, 0))
    yield by_state
    yield GaugeMetricFamily("klimapartner_held_answers", "Answers that wait for staff", value=outbox.get("held", 0))
    yield GaugeMetricFamily("klimapartner_open_tasks", "Tasks that staff have not done", value=len(list_tasks(session)))


def _polls(session: Session, names: tuple[str, ...]) -> GaugeMetricFamily:
    polls = GaugeMetricFamily(
        "klimapartner_last_poll_timestamp_seconds", "When the mailbox was last polled with success", labels=["mailbox"]
    )
    for name in names:
        if last := last_poll(session, name):
            polls.add_metric([name], last.timestamp())
    return polls


def registry_of(work: Workplace) -> CollectorRegistry:
    """The figures of a database alone."""
    registry = CollectorRegistry()
    registry.register(OfficeFigures(work))
    return registry


def serve_metrics(work: Workplace, port: int) -> None:
    """Answer GET /metrics on this machine, in a thread, until the process ends."""
    REGISTRY.register(OfficeFigures(work))
    start_http_server(port, addr=_HOST, registry=REGISTRY)
