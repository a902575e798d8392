"""`make bench`, second table: intake from a real IMAP server beside what one would use instead, all in one run.

Every row meets the same thousand mails on the same Dovecot, in a process of its own: a bare imap_tools loop (fetch
and parse, nothing kept), django-helpdesk's get_email (fetch and one ticket a mail, no reading), our fetch and store,
and our whole intake (fetch, store, read, register row, answer queued), by one process and by one a core, as the
service does by itself: one fetches and reads, the others read. Ratios are against django-helpdesk, which fetches a
mailbox in one process. What a service does once after its start (loading, first use) is not counted.
"""

import contextlib
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path
from types import ModuleType

from klimapartner.assistant.reader_processes import cores
from klimapartner.assistant.settings import make_settings
from klimapartner.assistant.workplace import Workplace, open_workplace
from klimapartner.intents.reading import Letter, Part

ROOT = Path(__file__).parent.parent.parent
sys.path[:0] = [str(ROOT / "tests" / "servers"), str(ROOT / "tests" / "tools")]
COUNT = int(os.environ.get("BENCH_MAILS", "1000"))
ROUNDS_E2E = 40
PROCESSES = cores()
READER = "--reader"
OFFICE = "office@engagement-global.example"


def mails() -> list[bytes]:
    """Mails by people from our own corpus, as often as it takes; every one with its own sender and Message-ID."""
    from bench import cases

    people = [case for case in cases() if not json.loads(json.dumps(case)).get("gold", {}).get("automated")]
    return [_mail(people[number % len(people)], number) for number in range(COUNT)]


def _mail(case: dict[str, str], number: int) -> bytes:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = f"<a{number}@town{number}.example>", OFFICE, case["subject"]
    message["Date"], message["Message-ID"] = "Thu, 10 Mar 2022 10:00:00 +0100", f"<{number}@town{number}.example>"
    message.set_content(case["body"])
    return message.as_bytes()


@contextlib.contextmanager
def dovecot() -> Iterator[object]:
    from dovecot_server import running

    with running() as server:
        yield server


def fill(server: object, user: str, raws: list[bytes]) -> None:
    from klimapartner.mailbox.imap import connect

    with connect(server.server, server.login(user)) as session:  # type: ignore[attr-defined]
        for raw in raws:
            session.append("INBOX", raw, datetime(2022, 3, 10, 9, tzinfo=UTC))


def by_imap_tools(port: int, user: str, folder: str) -> int:
    """The loop of the library's own README."""
    from imap_tools import MailBoxUnencrypted

    count = 0
    with MailBoxUnencrypted("127.0.0.1", port).login(user, "pass") as box:
        for message in box.fetch(bulk=True):
            count += len(message.text) + len(message.html) + len(message.subject) >= 0
    return count


def by_helpdesk(port: int, user: str, folder: str) -> int:
    """get_email of django-helpdesk on a queue of its own, SQLite."""
    import django
    from django.conf import settings

    settings.configure(
        SECRET_KEY="bench", DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": f"{folder}/h.db"}},
        INSTALLED_APPS=[
            "django.contrib.auth", "django.contrib.contenttypes", "django.contrib.sessions", "django.contrib.sites",
            "django.contrib.humanize", "django.contrib.messages", "django.contrib.admin", "helpdesk",
        ],
        ROOT_URLCONF="bench_urls", SITE_ID=1, DEFAULT_AUTO_FIELD="django.db.models.BigAutoField", USE_TZ=True,
        EMAIL_BACKEND="django.core.mail.backends.dummy.EmailBackend", MEDIA_ROOT=folder, MEDIA_URL="/media/",
        TEMPLATES=[{"BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True}],
        HELPDESK_KB_ENABLED=False, HELPDESK_ACTIVATE_API_ENDPOINT=False, HELPDESK_TEAMS_MODEL="auth.User",
        HELPDESK_TEAMS_MIGRATION_DEPENDENCIES=[], HELPDESK_KBITEM_TEAM_GETTER=lambda item: None,
    )  # fmt: skip
    django.setup()
    urls = ModuleType("bench_urls")
    sys.modules["bench_urls"] = urls
    from django.urls import include, path

    urls.urlpatterns = [path("", include("helpdesk.urls", namespace="helpdesk"))]  # type: ignore[attr-defined]
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    from helpdesk.models import Queue, Ticket

    Queue.objects.create(
        title="q", slug="q", allow_email_submission=True, email_box_type="imap", email_box_host="127.0.0.1",
        email_box_port=port, email_box_ssl=False, email_box_user=user, email_box_pass="pass",
        email_box_imap_folder="INBOX", email_address=OFFICE, email_box_interval=0,
    )  # fmt: skip
    begin()
    from helpdesk.email import process_email

    process_email(quiet=True)
    return Ticket.objects.count()


NOW = datetime.fromisoformat("2022-03-15T09:00:00+01:00")


def _workplace(port: int, user: str, folder: str, now: datetime = NOW) -> AbstractContextManager[Workplace]:
    imap = {"host": "127.0.0.1", "port": port, "tls": "none", "user": user, "auth": {"secret": {"value": "pass"}}}
    data = {
        "now": now,
        "answer_since": datetime.fromisoformat("2022-01-01T00:00:00+01:00"),
        "database": f"sqlite:///{folder}/k.db",
        "controller": {"name": "Beispielstelle", "privacy_text": {"de": "Zweck: Klimapartnerschaften."}},
        "limits": {"domain_per_hour": 100000, "total_per_hour": 100000, "address_per_day": 100000},
        "mailboxes": {"box": {"address": OFFICE, "imap": imap, "smtp": imap}},
    }
    return open_workplace(make_settings(data, where="bench", base=Path(folder)))


def by_fetch_and_store(port: int, user: str, folder: str) -> int:
    from klimapartner.assistant.poll import poll_once

    with _workplace(port, user, folder) as work:
        begin()
        return int(poll_once(work, "box").new)


def by_whole_intake(port: int, user: str, folder: str) -> int:
    from klimapartner.assistant.poll import poll_once
    from klimapartner.assistant.reading_work import read_waiting

    with _workplace(port, user, folder) as work:
        warm(work)
        begin()
        poll_once(work, "box")
        return int(read_waiting(work))


def by_whole_intake_on_all_cores(port: int, user: str, folder: str) -> int:
    from klimapartner.assistant.poll import poll_once
    from klimapartner.assistant.reading_work import read_waiting

    with _workplace(port, user, folder) as work:
        warm(work)
        with readers(port, user, folder, PROCESSES - 1, datetime.now(UTC) - work.clock()):
            begin()
            new = int(poll_once(work, "box").new)
            while _read(work) < new:
                read_waiting(work)
                time.sleep(0.005)
            end()
        return new


def _read(work: Workplace) -> int:
    from klimapartner.storage.messages import count_by_state

    with work.database.reading() as session:
        return count_by_state(session).get("done", 0)


@contextlib.contextmanager
def readers(port: int, user: str, folder: str, count: int, behind: timedelta) -> Iterator[None]:
    """Further processes that read until the block ends; it begins when all are ready, their clocks as far behind."""
    command = [sys.executable, __file__, READER, str(port), user, folder, str(behind.total_seconds())]
    running = [
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) for _ in range(count)
    ]
    for one in running:
        assert one.stdout is not None
        one.stdout.readline()
    yield
    for one in running:
        one.communicate()


def read_beside(port: int, user: str, folder: str, behind: timedelta) -> None:
    """What such a process does."""
    from klimapartner.assistant.reading_work import read_waiting

    ended = threading.Event()
    threading.Thread(target=lambda: (os.read(0, 1), ended.set()), daemon=True).start()
    with _workplace(port, user, folder, datetime.now(UTC) - behind) as work:
        warm(work)
        sys.stdout.write("ready\n")
        sys.stdout.flush()
        while not ended.is_set():
            read_waiting(work) or ended.wait(0.02)


def warm(work: Workplace) -> None:
    """Read some letters (none of those measured), as a service has soon after its start."""
    from klimapartner.intents.machine import machine_likelihood

    for line in (ROOT / "intents" / "corpus" / "h03.mails.jsonl").read_text(encoding="utf-8").splitlines():
        text = json.loads(line)["body"]
        letter = Letter(text, (Part("body", 0, len(text)),))
        machine_likelihood(letter)
        work.chat_office.reader.read(letter)


ROWS: dict[str, Callable[[int, str, str], int]] = {
    "imap_tools loop, nothing kept": by_imap_tools,
    "django-helpdesk get_email": by_helpdesk,
    "fetch and store": by_fetch_and_store,
    "whole intake": by_whole_intake,
    "whole intake, a process a core": by_whole_intake_on_all_cores,
}
_begun = [0.0, 0.0]
_ended: list[float] = []


def begin() -> None:
    """Start the clock: what a service does once at its start is not counted."""
    _begun[:] = time.perf_counter(), time.process_time()


def end() -> None:
    """Stop the clock before what a service never does: end."""
    _ended.append(time.perf_counter())


def measure(name: str, port: int, user: str) -> dict[str, float]:
    """One row, in this process."""
    with tempfile.TemporaryDirectory() as folder:
        begin()
        count = ROWS[name](port, user, folder)
        seconds = (_ended or [time.perf_counter()])[0] - _begun[0]
        used = time.process_time() - _begun[1]
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    beside = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    return {"n": count, "rate": count / seconds, "cpu": used / count * 1000, "peak": max(peak, beside)}


def to_acknowledgement(server: object) -> list[float]:
    """Seconds from the append to the acknowledgement at the outgoing server, the service running with IDLE."""
    from klimapartner.assistant.dispatch import open_gate
    from klimapartner.assistant.service import serve
    from klimapartner.mailbox.fakes.smtp_sink import SmtpSink
    from klimapartner.mailbox.imap import connect

    user, raws = "e2e", mails()[:ROUNDS_E2E]
    seconds: list[float] = []
    with tempfile.TemporaryDirectory() as folder, SmtpSink() as sink:
        port = server.server.port  # type: ignore[attr-defined]
        imap = {"host": "127.0.0.1", "port": port, "tls": "none", "user": user, "auth": {"secret": {"value": "pass"}}}
        smtp = {"host": sink.server.host, "port": sink.server.port, "tls": "none"}
        data = {
            "answer_since": datetime.fromisoformat("2022-01-01T00:00:00+01:00"),
            "database": f"sqlite:///{folder}/k.db",
            "controller": {"name": "Beispielstelle", "privacy_text": {"de": "Zweck: Klimapartnerschaften."}},
            "limits": {"domain_per_hour": 100000, "total_per_hour": 100000, "address_per_day": 100000},
            "mailboxes": {"box": {"address": OFFICE, "imap": imap, "smtp": smtp}},
            "web": {"port": 0},
        }
        with open_workplace(make_settings(data, where="bench", base=Path(folder))) as work:
            warm(work)
            with work.database.session() as session:
                open_gate(session, now=work.clock())
            stop = threading.Event()
            service = threading.Thread(target=serve, args=(work, ("poll", "read", "send"), stop))
            service.start()
            time.sleep(3)
            with connect(server.server, server.login(user)) as session:  # type: ignore[attr-defined]
                for raw in raws:
                    before, begun = len(sink.received), time.perf_counter()
                    session.append("INBOX", raw, datetime.now(UTC))
                    while len(sink.received) == before and time.perf_counter() - begun < 15:
                        time.sleep(0.005)
                    if len(sink.received) > before:
                        seconds.append(time.perf_counter() - begun)
            stop.set()
            service.join()
    return seconds


def main() -> int:
    if len(sys.argv) > 1 and sys.argv[1] == READER:
        read_beside(int(sys.argv[2]), sys.argv[3], sys.argv[4], timedelta(seconds=float(sys.argv[5])))
        return 0
    if len(sys.argv) > 1:
        sys.stdout.write(json.dumps(measure(sys.argv[1], int(sys.argv[2]), sys.argv[3])))
        return 0
    raws = mails()
    with dovecot() as server:
        rows = {}
        for number, name in enumerate(ROWS):
            fill(server, f"bench{number}", raws)
            rows[name] = _in_a_process(name, server.server.port, f"bench{number}")  # type: ignore[attr-defined]
        waits = to_acknowledgement(server)
    base = rows["django-helpdesk get_email"]["rate"]
    sys.stdout.write(f"{'':34}{'n':>6}{'processes':>11}{'mails/s':>10}{'ratio':>8}{'CPU ms':>9}{'peak MB':>9}\n")
    for name, row in rows.items():
        processes = PROCESSES if ROWS[name] is by_whole_intake_on_all_cores else 1
        cpu = f"{row['cpu']:.2f}" if processes == 1 else ""
        sys.stdout.write(
            f"{name:34}{row['n']:>6.0f}{processes:>11}{row['rate']:>10.1f}{row['rate'] / base:>8.2f}"
            f"{cpu:>9}{row['peak']:>9.0f}\n"
        )
    sys.stdout.write("CPU ms: a mail, of our process alone, without the server's; peak MB: of the largest process\n")
    cuts = statistics.quantiles(waits, n=100)
    sys.stdout.write(
        f"\nfrom append to acknowledgement with IDLE: {len(waits)} of {ROUNDS_E2E} mails answered, "
        f"p50 {statistics.median(waits):.2f} s, p99 {cuts[98]:.2f} s\n"
    )
    return 0


def _in_a_process(name: str, port: int, user: str) -> dict[str, float]:
    done = subprocess.run(
        [sys.executable, __file__, name, str(port), user], capture_output=True, text=True, check=False
    )
    if done.returncode:
        sys.stderr.write(done.stderr[-2000:])
        return {"n": 0, "rate": float("nan"), "cpu": float("nan"), "peak": 0}
    return dict(json.loads(done.stdout.splitlines()[-1]))


if __name__ == "__main__":
    sys.exit(main())
