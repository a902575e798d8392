"""An IMAP server that misbehaves at every command: each mail ends up in the database exactly once."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from post_office import Post, letter

from klimapartner.assistant.poll import poll_once
from klimapartner.assistant.reading_work import read_waiting
from klimapartner.mailbox.errors import MailboxError
from klimapartner.mailbox.fakes.hostile_imap import Fault, HostileImap
from klimapartner.mailbox.fakes.smtp_sink import SmtpSink
from klimapartner.storage.leases import claim_messages, finish_message, list_dead, retry_dead
from klimapartner.storage.messages import list_messages, message_raw
from klimapartner.storage.state import get_state
from klimapartner.storage.tasks import list_tasks

EVER = -1
MAILS = [letter(f"Frage {n}", Message_ID=f"<{n}@town.example>").as_bytes().replace(b"\n", b"\r\n") for n in range(4)]
MOST_POLLS = 12

Office = Callable[[HostileImap], Post]


@pytest.fixture
def office(sink: SmtpSink, tmp_path: Path) -> Office:
    """The assistant at a hostile server, one database a test."""

    def at(host: HostileImap) -> Post:
        box = {"fetch_attempts": 3}
        return Post(host.server, host.login, sink, f"sqlite:///{tmp_path}/klimapartner.db", box=box)

    return at


def poll_until_quiet(post: Post, polls: int = MOST_POLLS) -> list[str]:
    """Poll until one goes well and finds nothing to do; returns the errors on the way."""
    errors = []
    with post.workplace() as work:
        for _ in range(polls):
            try:
                polled = poll_once(work, "box")
            except MailboxError as error:
                errors.append(type(error).__name__)
                continue
            if not (polled.new or polled.without_body):
                return errors
    raise AssertionError(f"not quiet after {polls} polls: {errors}")


def stored(post: Post) -> list[bytes]:
    """The bytes of all stored mails, placeholders left out."""
    with post.workplace() as work, work.database.reading() as session:
        return sorted(message_raw(session, m.id) for m in list_messages(session) if not m.problem)


def dead(post: Post) -> list[str]:
    with post.workplace() as work, work.database.reading() as session:
        return [item.state_reason for item in list_dead(session)]


@pytest.mark.parametrize("kind", ["drop", "drop-after", "half", "bye", "garbage", "refuse", "slow"])
@pytest.mark.parametrize("command", ["GREETING", "LOGIN", "CAPABILITY", "LIST", "SELECT", "SEARCH", "FETCH"])
def test_a_fault_at_any_command_costs_time_only(office: Office, command: str, kind: str) -> None:
    with HostileImap(MAILS, [Fault(command, kind, times=2)]) as host:  # type: ignore[arg-type]
        post = office(host)
        poll_until_quiet(post)
    assert (stored(post), dead(post)) == (sorted(MAILS), [])


@pytest.mark.parametrize("skip", range(1, 9))
@pytest.mark.parametrize(
    "kind", ["drop", "half", "bye", "flags-only", "nil-body", "short-body", "missing", "wrong-uid"]
)
def test_a_fault_at_any_mail_costs_time_only(office: Office, kind: str, skip: int) -> None:
    with HostileImap(MAILS, [Fault("FETCH", kind, skip=skip)]) as host:  # type: ignore[arg-type]
        post = office(host)
        poll_until_quiet(post)
    assert (stored(post), dead(post)) == (sorted(MAILS), [])


@pytest.mark.parametrize("kind", ["drop", "drop-after", "half", "bye", "garbage", "refuse"])
def test_a_fault_while_moving_doubles_nothing(office: Office, kind: str) -> None:
    with HostileImap(MAILS, [Fault("MOVE", kind, times=2)]) as host:  # type: ignore[arg-type]
        post = office(host)
        post.box |= {"done_folder": "Erledigt"}
        poll_until_quiet(post)
        finish_all(post)
        for _ in range(3):
            poll_until_quiet(post)
        left, moved = host.box.raws(), host.box.raws("Erledigt")
    assert (stored(post), left, sorted(moved)) == (sorted(MAILS), [], sorted(MAILS))


def finish_all(post: Post) -> None:
    with post.workplace() as work, work.database.session() as session:
        now = work.clock()
        for message in claim_messages(session, owner="test", now=now, lease=timedelta(minutes=1)):
            finish_message(session, message.id, owner="test", now=now)


def test_new_numbers_for_old_mails_double_nothing(office: Office) -> None:
    with HostileImap(MAILS) as host:
        post = office(host)
        poll_until_quiet(post)
        host.box.renumber()
        poll_until_quiet(post)
    assert stored(post) == sorted(MAILS)


def test_numbers_that_do_not_exist_are_passed_over(office: Office) -> None:
    with HostileImap(MAILS, [Fault("SEARCH", "ghosts")]) as host:
        post = office(host)
        poll_until_quiet(post)
    assert (stored(post), dead(post)) == (sorted(MAILS), [])


THIRD = r"FETCH 3 \(BODY"
SIZE_OF_THIRD = r"FETCH (\d+,)*3(,\d+)* \(.*SIZE"
REFUSES = "Der Server nennt die Nachricht, gibt aber ihren Text nicht heraus (3 Versuche, UID 3)"
BREAKS = "Beim Abrufen der Nachricht bricht jedes Mal die Verbindung ab (3 Versuche, UID 3)"
OTHERS = sorted(mail for number, mail in enumerate(MAILS, 1) if number != 3)


@pytest.mark.parametrize(
    ("kind", "where", "reason"),
    [
        ("drop", THIRD, BREAKS),
        ("half", THIRD, BREAKS),
        ("bye", THIRD, BREAKS),
        ("drop", SIZE_OF_THIRD, BREAKS),
        ("nil-body", THIRD, REFUSES),
        ("refuse", THIRD, REFUSES),
        ("missing", THIRD, REFUSES),
        ("refuse", SIZE_OF_THIRD, REFUSES),
    ],
)
def test_a_mail_that_fails_every_time_is_a_dead_letter_and_the_rest_is_stored(
    office: Office, kind: str, where: str, reason: str
) -> None:
    with HostileImap(MAILS, [Fault("FETCH", kind, times=EVER, where=where)]) as host:  # type: ignore[arg-type]
        post = office(host)
        poll_until_quiet(post)
        host.box.deliver(b"Subject: later\r\n\r\nlater\r\n")
        poll_until_quiet(post)
    assert (stored(post), dead(post)) == (sorted([*OTHERS, b"Subject: later\r\n\r\nlater\r\n"]), [reason])
    with post.workplace() as work, work.database.reading() as session:
        assert [(task.kind, task.text) for task in list_tasks(session)] == [("deadletter", reason)]


def test_what_keeps_failing_does_not_keep_back_the_others(office: Office) -> None:
    with HostileImap(MAILS, [Fault("FETCH", "drop", times=EVER, where=THIRD)]) as host:
        post = office(host)
        with post.workplace() as work:
            for _ in range(2):
                with pytest.raises(MailboxError):
                    poll_once(work, "box")
    assert (stored(post), dead(post)) == (OTHERS, [])


def test_a_retried_dead_letter_is_asked_for_again(office: Office) -> None:
    with HostileImap(MAILS, [Fault("FETCH", "drop", times=3, where=THIRD)]) as host:
        post = office(host)
        poll_until_quiet(post)
        assert (stored(post), dead(post)) == (OTHERS, [BREAKS])
        with post.workplace() as work:
            with work.database.session() as session:
                retry_dead(session, None, now=work.clock())
            read_waiting(work)
        poll_until_quiet(post)
    assert (stored(post), dead(post)) == (sorted(MAILS), [])


def test_a_retry_that_fails_again_is_the_same_dead_letter(office: Office) -> None:
    with HostileImap(MAILS, [Fault("FETCH", "nil-body", times=EVER, where=THIRD)]) as host:
        post = office(host)
        poll_until_quiet(post)
        with post.workplace() as work:
            with work.database.session() as session:
                retry_dead(session, None, now=work.clock())
            read_waiting(work)
        poll_until_quiet(post)
    assert (stored(post), dead(post)) == (OTHERS, [REFUSES])


def test_failures_of_a_mail_that_is_stored_in_the_end_are_forgotten(office: Office) -> None:
    with HostileImap(MAILS, [Fault("FETCH", "drop", times=2, where=THIRD)]) as host:
        post = office(host)
        poll_until_quiet(post)
    with post.workplace() as work, work.database.reading() as session:
        kept = get_state(session, "fetch.box")
    assert (stored(post), kept["uids"]) == (sorted(MAILS), {})
