"""Answers that staff write in their own mail program: in the history, and instead of the automatic one."""

from email.message import EmailMessage

import pytest
from post_office import OFFICE, Post, letter

from klimapartner.mailbox.imap import connect
from klimapartner.storage.history import list_history
from klimapartner.storage.outbox import OutboxMail, list_outbox
from klimapartner.storage.search import list_entries
from klimapartner.storage.unanswered import list_unanswered

pytestmark = pytest.mark.dovecot

SENT = "Sent"
SENDER = "Kim Muster <kim.muster@herzogenaurach.example>"
LATER = "Thu, 10 Mar 2022 12:00:00 +0100"
INTEREST = "Guten Tag,\n\ndie Stadt Herzogenaurach bekundet ihr Interesse an der Teilnahme.\n\nKim Muster\n"


def by_staff(body: str, to: str = SENDER, subject: str = "Re: Klimapartnerschaft", **headers: str) -> EmailMessage:
    """A mail that a member of staff wrote in their own program."""
    mail = letter(body, sender=f"Robin Beispiel <{OFFICE}>", subject=subject, **({"date": LATER} | headers))
    del mail["To"]
    mail["To"] = to
    return mail


@pytest.fixture
def watched(post: Post) -> Post:
    """A mailbox whose Sent folder was looked at before, with one old answer in it."""
    post.box["sent_folder"] = SENT
    post.deliver(by_staff("Alte Antwort", In_Reply_To="<1@town.example>"), folder=SENT)
    post.work(release=False)
    return post


def outbox(post: Post) -> list[OutboxMail]:
    with post.workplace() as work, work.database.reading() as session:
        return list_outbox(session)


def states(post: Post) -> list[tuple[str, str]]:
    return [(row.state, row.last_error) for row in outbox(post)]


def history(post: Post) -> list[tuple[str, str, object]]:
    with post.workplace() as work, work.database.reading() as session:
        (entry,) = list_entries(session)
        lines = list_history(session, "entry", entry.id)
    return [(line.who, line.action, line.new) for line in lines if line.field == "mail"]


DISCARDED = [("discarded", "Vom Team selbst beantwortet")]


def test_an_answer_by_staff_reaches_the_history_and_stops_the_automatic_one(watched: Post) -> None:
    watched.deliver(letter(INTEREST, Message_ID="<1@town.example>"))
    watched.work(release=False)
    answer = by_staff("Liebe Kim, ich melde mich morgen.", Message_ID="<s@x.example>", In_Reply_To="<1@town.example>")
    watched.deliver(answer, folder=SENT)
    watched.work()
    told = {"message_id": "<s@x.example>", "subject": "Re: Klimapartnerschaft"}
    told["text"] = "Liebe Kim, ich melde mich morgen."
    assert (states(watched), watched.answers) == (DISCARDED, [])
    assert history(watched) == [(OFFICE, "answered", told)]


def test_looking_again_adds_nothing(watched: Post) -> None:
    watched.deliver(letter(INTEREST, Message_ID="<1@town.example>"))
    watched.work(release=False)
    watched.deliver(by_staff("Gern.", In_Reply_To="<1@town.example>"), folder=SENT)
    for _ in range(3):
        watched.work()
    assert len(history(watched)) == 1


@pytest.mark.parametrize(
    "headers",
    [{"In_Reply_To": "<1@town.example>"}, {"References": "<0@else.example> <1@town.example>"}, {}],
    ids=["In-Reply-To", "References", "reference number in the subject"],
)
def test_how_an_answer_is_tied(watched: Post, headers: dict[str, str]) -> None:
    watched.deliver(letter(INTEREST, Message_ID="<1@town.example>"))
    watched.work(release=False)
    with watched.workplace() as work, work.database.reading() as session:
        reference = list_entries(session)[0].reference
    subject = "Re: Klimapartnerschaft" if headers else f"Ihr Zeichen {reference}"
    watched.deliver(by_staff("Gern.", subject=subject, **headers), folder=SENT)
    watched.work()
    assert states(watched) == DISCARDED


def test_an_answer_that_is_quicker_than_the_reading_stops_it_too(watched: Post) -> None:
    watched.deliver(by_staff("Gern.", In_Reply_To="<1@town.example>"), folder=SENT)
    watched.work()
    watched.deliver(letter(INTEREST, Message_ID="<1@town.example>"))
    watched.work()
    with watched.workplace() as work, work.database.reading() as session:
        reasons = [item.code for item in list_unanswered(session)]
    assert (outbox(watched), reasons) == ([], ["staff_answered"])


def test_a_forward_to_a_colleague_stops_nothing(watched: Post) -> None:
    watched.deliver(letter(INTEREST, Message_ID="<1@town.example>"))
    watched.work(release=False)
    passed_on = by_staff("Zur Kenntnis.", to="kollegin@agency.example", References="<1@town.example>")
    watched.deliver(passed_on, folder=SENT)
    watched.work()
    assert [state for state, _ in states(watched)] == ["sent"]
    assert [action for _, action, _ in history(watched)] == ["passed on"]


@pytest.mark.parametrize("headers", [{}, {"In_Reply_To": "<other@town.example>"}])
def test_other_mail_of_staff_is_nobodys_business(watched: Post, headers: dict[str, str]) -> None:
    watched.deliver(letter(INTEREST, Message_ID="<1@town.example>"))
    watched.work(release=False)
    watched.deliver(by_staff("Privat.", to="friend@home.example", **headers), folder=SENT)
    watched.work()
    assert ([state for state, _ in states(watched)], history(watched)) == (["sent"], [])


def test_our_own_mails_in_the_folder_are_not_staffs(watched: Post) -> None:
    watched.deliver(letter(INTEREST, Message_ID="<1@town.example>"))
    watched.work()
    watched.deliver(watched.sink.received[0].raw, folder=SENT)
    watched.work()
    assert ([state for state, _ in states(watched)], history(watched)) == (["sent"], [])


def test_what_lay_there_at_the_first_start_is_left_alone(post: Post) -> None:
    post.box["sent_folder"] = SENT
    post.deliver(by_staff("Alte Antwort", In_Reply_To="<1@town.example>"), folder=SENT)
    post.deliver(letter(INTEREST, Message_ID="<1@town.example>"))
    post.work()
    assert len(post.answers) == 1


def test_a_later_mail_of_the_sender_is_a_new_matter(watched: Post) -> None:
    watched.deliver(letter(INTEREST, Message_ID="<1@town.example>"))
    watched.work(release=False)
    question = "Guten Tag,\n\nist die Interessenbekundung verbindlich?\n\nKim Muster"
    watched.deliver(letter(question, In_Reply_To="<1@town.example>", date="Fri, 11 Mar 2022 10:00:00 +0100"))
    watched.work(release=False)
    watched.deliver(by_staff("Gern.", In_Reply_To="<1@town.example>"), folder=SENT)
    watched.work()
    assert [state for state, _ in states(watched)] == ["discarded", "sent"]


def test_a_missing_folder_does_not_stop_the_intake(post: Post) -> None:
    post.box["sent_folder"] = "Gibt es nicht"
    post.deliver(letter(INTEREST))
    post.work()
    assert len(post.answers) == 1


def test_the_folder_is_found_by_its_special_use(post: Post) -> None:
    post.deliver(letter(INTEREST, Message_ID="<1@town.example>"))
    post.work(release=False)
    afterwards = "Thu, 17 Mar 2022 12:00:00 +0100"
    post.deliver(by_staff("Gern.", In_Reply_To="<1@town.example>", date=afterwards), folder=SENT)
    post.work()
    with connect(post.imap, post.login) as session:
        assert session.sent_folder() == SENT
    assert states(post) == DISCARDED
