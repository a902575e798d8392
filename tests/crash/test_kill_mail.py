"""kill -9 at every step of a mail's way, start again, and compare with a day on which nothing happened."""

import signal
from collections.abc import Callable

import pytest
from crash_office import Changes, CrashOffice, Ended, Result, changes, in_database, in_mailbox, in_sink, new_name
from crash_points import COPYING, MAIL, QUICK, SMTP_GAP, points
from dovecot_server import Dovecot
from post_office import Post, letter
from postgres_server import new_database

from klimapartner.assistant.dispatch import open_gate
from klimapartner.assistant.workplace import open_workplace
from klimapartner.mailbox.fakes.smtp_sink import SmtpSink

pytestmark = pytest.mark.dovecot

KIM, ROBIN = "kim.muster@herzogenaurach.example", "robin@bonn.example"
FIRST = "<1@herzogenaurach.example>"
INTEREST = letter(
    "Guten Tag,\n\ndie Stadt Herzogenaurach bekundet ihr Interesse. Unsere Partnerstadt ist Kaya in Burkina Faso.\n\n"
    "Mit freundlichen Grüßen\nKim Muster\nTel. 09132 901-128\n",
    Message_ID=FIRST,
)
MAILS = (
    INTEREST,
    letter("Ich bin nicht im Büro.", subject="Automatische Antwort", Auto_Submitted="auto-replied"),
    letter("Guten Tag,\n\nbis wann müssen wir die Interessenbekundung einreichen?\n\nRobin", sender=ROBIN),
    INTEREST,
    letter("Guten Tag,\n\nmeine Durchwahl lautet richtig 09132 901-555.\n\nKim Muster", In_Reply_To=FIRST),
)
HOUR = 3600.0

STUBBORN = (*QUICK[:2], "klimapartner.read.registered", "klimapartner.smtp.connected", "klimapartner.move.claimed")
INTERRUPTED = "the sender was interrupted while sending; the mail may have arrived"
TOLD = "Unklar, ob zugestellt: das sendende Programm ist mitten in der Übergabe beendet worden"

AnotherDay = Callable[..., Post]


@pytest.fixture(scope="session")
def another_day(
    dovecot: Dovecot, tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> AnotherDay:
    """A mailbox with the mails of the day, an empty database of that kind, and the outbox released."""

    def open_post(kind: str, sink: SmtpSink, server: Dovecot = dovecot) -> Post:
        name = new_name()
        url = f"sqlite:///{tmp_path_factory.mktemp(name)}/klimapartner.db"
        if kind == "postgresql":
            url = new_database(request.getfixturevalue("postgres_server"), name)
        post = Post(server.server, server.login(name), sink, url, box={"done_folder": "Erledigt"})
        post.deliver(*MAILS)
        with open_workplace(post.settings, post.clock) as work, work.database.session() as session:
            open_gate(session, now=work.clock())
        return post

    return open_post


@pytest.fixture(scope="session")
def undisturbed(another_day: AnotherDay, crash_office: CrashOffice) -> tuple[Ended, Result]:
    """The points that are reached, and what there is afterwards, where nothing happens."""
    with SmtpSink() as sink:
        post = another_day("sqlite", sink)
        ended = crash_office.run("day", post.settings)
        assert ended.code == 0
        return ended, result_of(post)


def result_of(post: Post) -> Result:
    return {
        "mailbox": in_mailbox(post.imap, post.login, ("INBOX", "Erledigt")),
        "sink": in_sink(post.sink),
        **in_database(post.url),
    }


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def post(kind: str, another_day: AnotherDay, sink: SmtpSink) -> Post:
    return another_day(kind, sink)


def killed_and_started_again(crash_office: CrashOffice, post: Post, point: str, times: int = 1) -> Result:
    assert crash_office.run("day", post.settings, point, times).code == -signal.SIGKILL
    assert crash_office.run("day", post.settings, ahead=HOUR).code == 0
    return result_of(post)


def test_the_day_is_what_it_should_be(undisturbed: tuple[Ended, Result]) -> None:
    result = undisturbed[1]
    assert [len(result["mailbox"][folder]) for folder in ("INBOX", "Erledigt")] == [0, len(MAILS)]
    assert [len(result[name]) for name in ("messages", "entries", "outbox", "unanswered", "tasks")] == [4, 1, 3, 1, 0]
    assert [to for to, _ in result["sink"]] == [KIM, KIM, ROBIN]


@pytest.mark.parametrize("point", points(*MAIL))
def test_killed_outside_the_gap_nothing_differs(
    crash_office: CrashOffice, undisturbed: tuple[Ended, Result], post: Post, point: str
) -> None:
    assert changes(undisturbed[1], killed_and_started_again(crash_office, post, point)) == {}


@pytest.mark.parametrize("point", points(*SMTP_GAP))
def test_killed_in_the_gap_the_mail_is_uncertain_staff_are_told_and_it_is_not_sent_again(
    crash_office: CrashOffice, undisturbed: tuple[Ended, Result], post: Post, point: str
) -> None:
    found = changes(undisturbed[1], killed_and_started_again(crash_office, post, point))
    check_gap(found, undisturbed[1], point)
    (gone,), (come,) = found["outbox"]
    assert (gone.startswith("('interest'"), come) == (True, gone.replace("'sent'", "'uncertain'"))


def check_gap(found: Changes, before: Result, point: str) -> None:
    """One mail is uncertain instead of sent, one task more says so, and it came once or not at all."""
    lost, extra = found.pop("sink", ([], []))
    assert (len(lost), extra) in [(copies, []) for copies in SMTP_GAP[point]]
    assert found.keys() == {"outbox", "history", "tasks", "rows"}
    (gone,), (come,) = found["history"]
    assert come == gone.replace("'sent', '', None, None", f"'uncertain', '', None, '{INTERRUPTED}'")
    assert found["tasks"] == ([], [f"('outbox', '{TOLD}')"])
    assert found["rows"] == ([("tasks", "0")], [("tasks", "1")])


@pytest.mark.long
def test_killed_at_each_moment_of_the_day(
    crash_office: CrashOffice, undisturbed: tuple[Ended, Result], another_day: AnotherDay, kind: str
) -> None:
    """Not only the first mail of the day: each time that a point is reached, once."""
    ended, before = undisturbed
    for number, point in enumerate(ended.points, 1):
        with SmtpSink() as sink:
            found = changes(before, killed_and_started_again(crash_office, another_day(kind, sink), "any", number))
        if point in SMTP_GAP:
            check_gap(found, before, point)
        else:
            assert (number, point, found) == (number, point, {})


@pytest.mark.long
def test_killed_again_and_again_the_day_still_comes_to_its_end(
    crash_office: CrashOffice, undisturbed: tuple[Ended, Result], post: Post
) -> None:
    """Five times in a row, at another point each time, and the clock goes on in between."""
    for hours, point in enumerate(STUBBORN):
        assert crash_office.run("day", post.settings, point, ahead=hours * HOUR).code == -signal.SIGKILL
    assert crash_office.run("day", post.settings, ahead=len(STUBBORN) * HOUR).code == 0
    assert changes(undisturbed[1], result_of(post)) == {}


@pytest.mark.long
@pytest.mark.parametrize("point", COPYING)
def test_killed_in_the_middle_of_copying_a_mail_lies_there_twice_and_is_never_lost(
    crash_office: CrashOffice, undisturbed: tuple[Ended, Result], another_day: AnotherDay,
    dovecot_without_move: Dovecot, sink: SmtpSink, point: str,
) -> None:  # fmt: skip
    """Where the server has no MOVE, COPY and EXPUNGE are two steps."""
    post = another_day("sqlite", sink, dovecot_without_move)
    found = changes(undisturbed[1], killed_and_started_again(crash_office, post, point))
    whole = str(sorted(undisturbed[1]["mailbox"]["Erledigt"] * 2))
    assert {name: come for name, (_, come) in found.items()} == {"mailbox": [("Erledigt", whole)]}
