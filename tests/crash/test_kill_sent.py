"""kill -9 while the Sent folder is looked at, start again: an answer by staff is noted once and stops ours."""

import pytest
from crash_day import MAILS, AnotherDay, killed_and_started_again, result_of
from crash_office import CrashOffice, Result, changes
from crash_points import SENT, points
from post_office import OFFICE, Post, letter

from klimapartner.mailbox.fakes.smtp_sink import SmtpSink

pytestmark = pytest.mark.dovecot

BEFORE = letter("Guten Tag, das war vorher.", sender=f"Maria <{OFFICE}>")
OWN_WORDS = letter(
    "Guten Tag Frau Muster,\n\nvielen Dank, wir melden uns.\n\nMaria\n", sender=f"Maria <{OFFICE}>",
    Message_ID="<own@engagement-global.example>", In_Reply_To="<1@herzogenaurach.example>",
    date="Wed, 16 Mar 2022 10:00:00 +0100",
)  # fmt: skip
OWN_WORDS.replace_header("To", "Kim Muster <kim.muster@herzogenaurach.example>")


def answered_by_staff(another_day: AnotherDay, office: CrashOffice, kind: str, sink: SmtpSink) -> Post:
    """Our answers are held; the folder was looked at once, and then somebody of the team answered there."""
    post: Post = another_day(kind, sink)
    post.box |= {"watch_sent": True, "sent_folder": "Gesendet"}
    post.more["answers"] = {"hold_all": True}
    del post.settings
    post.deliver(BEFORE, folder="Gesendet")
    assert office.run("day", post.settings).code == 0
    post.deliver(OWN_WORDS, folder="Gesendet")
    return post


@pytest.fixture(scope="module")
def quiet(another_day: AnotherDay, crash_office: CrashOffice) -> Result:
    with SmtpSink() as sink:
        post = answered_by_staff(another_day, crash_office, "sqlite", sink)
        assert crash_office.run("day", post.settings).code == 0
        return result_of(post)


def test_the_answer_stops_what_waits_for_the_same_person(quiet: Result) -> None:
    states = sorted(line.rsplit("'", 2)[1] for line in quiet["outbox"])
    assert (len(quiet["messages"]), states, quiet["sink"]) == (len(MAILS) - 1, ["discarded", "discarded", "held"], [])


@pytest.mark.parametrize("point", points(*SENT))
def test_killed_at_the_sent_folder_the_answer_is_noted_once(
    crash_office: CrashOffice, quiet: Result, another_day: AnotherDay, kind: str, sink: SmtpSink, point: str
) -> None:
    post = answered_by_staff(another_day, crash_office, kind, sink)
    assert changes(quiet, killed_and_started_again(crash_office, post, point)) == {}
