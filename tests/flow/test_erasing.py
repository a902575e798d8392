"""A person is erased with a real mailbox behind: nothing is left there, and nothing comes back."""

from datetime import datetime
from email.message import EmailMessage

import pytest
from post_office import Post, letter

from klimapartner.assistant.erasing import erase
from klimapartner.assistant.poll import Polled
from klimapartner.storage.deletions import deletions_of
from klimapartner.storage.messages import list_messages, message_raw

pytestmark = pytest.mark.dovecot

WHO = "kim.muster@herzogenaurach.example"
INTEREST = "Guten Tag,\n\ndie Stadt Herzogenaurach bekundet ihr Interesse an der Teilnahme.\n\nKim Muster\n"
OTHER = "Guten Tag,\n\ndie Stadt Husum bekundet ihr Interesse an der Teilnahme.\n\nInge Harms\n"
BEFORE = datetime.fromisoformat("2022-03-12T09:00:00+01:00")
LATER = datetime.fromisoformat("2022-03-17T09:00:00+01:00")


def interest(message_id: str = "<1@herzogenaurach.example>", **headers: str) -> EmailMessage:
    return letter(INTEREST, **({"Message_ID": message_id} if message_id else {}), **headers)


def other() -> EmailMessage:
    return letter(OTHER, sender="Inge Harms <inge.harms@husum.example>", Message_ID="<2@husum.example>")


def erased(post: Post) -> int:
    with post.workplace() as work:
        return erase(work, WHO, who="maria").id


def queue(post: Post, number: int) -> list[tuple[str, int, bool]]:
    """State, how many were found, and whether it is a message that came in."""
    with post.workplace() as work, work.database.reading() as session:
        return [(one.state, one.found, one.message_id is not None) for one in deletions_of(session, number)]


def kept(post: Post) -> list[bool]:
    """Of each stored message whether its bytes are there."""
    with post.workplace() as work, work.database.reading() as session:
        return [bool(message_raw(session, one.id)) for one in list_messages(session)][::-1]


def test_the_mail_goes_from_the_mailbox_and_others_stay(post: Post) -> None:
    post.deliver(interest(), other())
    post.work()
    number = erased(post)
    assert [state for state, _, _ in queue(post, number)] == ["queued", "queued"]
    post.work()
    assert queue(post, number) == [("done", 1, True), ("done", 0, False)]
    assert (post.folder("INBOX"), kept(post)) == (1, [False, True])


def test_the_mail_goes_from_the_folder_of_finished_mails(post: Post) -> None:
    post.box["done_folder"] = "Erledigt"
    post.deliver(interest(), other())
    post.work()
    post.work()
    assert (post.folder("INBOX"), post.folder("Erledigt")) == (0, 2)
    number = erased(post)
    post.work()
    assert queue(post, number)[0] == ("done", 1, True)
    assert post.folder("Erledigt") == 1


def test_a_mail_without_a_message_id_is_known_by_its_bytes(post: Post) -> None:
    post.box["done_folder"] = "Erledigt"
    post.deliver(interest(""))
    post.work()
    post.work()
    assert post.folder("Erledigt") == 1
    erased(post)
    post.work()
    assert post.folder("Erledigt") == 0


def test_answers_among_the_sent_mails_go_too(post: Post) -> None:
    post.box["sent_folder"] = "Sent"
    post.deliver(interest())
    post.work()
    post.deliver(post.answers[0], folder="Sent")
    erased(post)
    post.work()
    assert post.folder("Sent") == 0


@pytest.mark.parametrize(
    "again",
    [
        interest(),
        interest(Received="from elsewhere by here; Thu, 10 Mar 2022 10:00:00 +0100"),
        letter("Noch ein Nachtrag von mir.\n", Message_ID="<other@herzogenaurach.example>"),
    ],
    ids=["the same bytes", "a copy by another way", "another mail from before the erasure"],
)
def test_what_comes_back_is_not_stored_and_goes_again(post: Post, again: EmailMessage) -> None:
    post.deliver(interest())
    post.work()
    erased(post)
    post.work()
    post.deliver(again, received=BEFORE)
    polled, handled = post.work()
    assert (polled, handled) == (Polled(erased=1), [])
    assert (post.folder("INBOX"), kept(post)) == (0, [False])


def test_who_writes_anew_is_a_sender_as_any(post: Post) -> None:
    post.deliver(interest())
    post.work()
    erased(post)
    post.work()
    post.deliver(interest("<new@herzogenaurach.example>"), received=LATER)
    polled, handled = post.work()
    assert (polled.new, polled.erased, len(handled)) == (1, 0, 1)


def test_where_the_server_cannot_delete_it_is_said_and_tried_again(
    post: Post, dovecot_bare: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    post.imap = dovecot_bare.server  # type: ignore[attr-defined]
    post.deliver(interest())
    post.work()
    number = erased(post)
    post.work()
    with post.workplace() as work, work.database.reading() as session:
        first = deletions_of(session, number)[0]
    assert (first.state, first.found, first.attempts) == ("failed", 0, 1)
    assert first.error.endswith("kann kein UIDPLUS: dort bitte von Hand löschen.")
    assert (post.folder("INBOX"), kept(post)) == (1, [False])
