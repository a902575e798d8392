"""kill -9 at every step of a mail's way, start again, and compare with a day on which nothing happened."""

import signal

import pytest
from crash_day import HOUR, KIM, MAILS, ROBIN, AnotherDay, killed_and_started_again, result_of
from crash_office import Changes, CrashOffice, Ended, Result, changes
from crash_points import COPYING, MAIL, QUICK, SMTP_GAP, points
from dovecot_server import Dovecot
from post_office import Post

from klimapartner.mailbox.fakes.smtp_sink import SmtpSink

pytestmark = pytest.mark.dovecot

STUBBORN = (*QUICK[:2], "klimapartner.read.registered", "klimapartner.smtp.connected", "klimapartner.move.claimed")
INTERRUPTED = "the sender was interrupted while sending; the mail may have arrived"
TOLD = "Unklar, ob zugestellt: das sendende Programm ist mitten in der Übergabe beendet worden"


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
