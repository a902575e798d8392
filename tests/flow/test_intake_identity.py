"""Which mail is which, and whose word counts: the same id with other content, second mails, values of staff."""

import pytest
from post_office import Post, letter

from klimapartner.storage.engine import Session
from klimapartner.storage.history import list_history
from klimapartner.storage.messages import count_by_state
from klimapartner.storage.outbox import list_outbox
from klimapartner.storage.register import staff_set
from klimapartner.storage.search import Entry, list_entries
from klimapartner.storage.tasks import list_tasks

pytestmark = pytest.mark.dovecot

SAME_ID = "<scan@copier.town.example>"
INTEREST = """Sehr geehrte Damen und Herren,

die Stadt {town} bekundet ihr Interesse an der Teilnahme.

Mit freundlichen Grüßen
Kim Muster
Amt für Internationales
Tel. 09132 901-128
"""
CORRECTION = "Guten Tag,\n\nin meiner Mail war ein Fehler: Meine Durchwahl lautet richtig 09132 901-555.\n\nKim Muster"
PARTNER = "Guten Tag,\n\nals Nachtrag: unsere Partnerstadt ist Kaya in Burkina Faso.\n\nKim Muster"


def entries(session: Session) -> list[Entry]:
    return list_entries(session)


def test_the_same_message_id_with_other_content_is_another_mail(post: Post) -> None:
    first = letter(INTEREST.format(town="Herzogenaurach"), Message_ID=SAME_ID)
    second = letter(INTEREST.format(town="Fürth"), sender="Ina Beispiel <ina@fuerth.example>", Message_ID=SAME_ID)
    post.deliver(first, second)
    post.work()
    with post.workplace() as work, work.database.reading() as session:
        assert count_by_state(session) == {"done": 2}
        assert sorted(entry.body_name for entry in entries(session)) == ["Fürth", "Herzogenaurach"]
    assert sorted(item.recipients[0] for item in post.sink.received) == [
        "ina@fuerth.example",
        "kim.muster@herzogenaurach.example",
    ]


def test_the_same_content_in_another_folder_or_at_another_number_is_the_same_mail(post: Post) -> None:
    mail = letter(INTEREST.format(town="Herzogenaurach"), Message_ID=SAME_ID)
    post.deliver(mail)
    post.work()
    post.deliver(mail)
    polled, handled = post.work()
    assert ((polled.new, polled.known), handled, len(post.answers)) == ((0, 1), [], 1)


def test_mails_without_any_id_are_told_apart_by_their_content(post: Post) -> None:
    post.deliver(*(letter(INTEREST.format(town=town)) for town in ("Herzogenaurach", "Fürth")))
    post.work()
    with post.workplace() as work, work.database.reading() as session:
        assert count_by_state(session) == {"done": 2}


def test_an_equal_subject_joins_nothing(post: Post) -> None:
    post.deliver(letter(INTEREST.format(town="Herzogenaurach"), subject="Interesse"))
    post.deliver(letter(INTEREST.format(town="Fürth"), subject="Interesse", sender="Ina Beispiel <ina@fuerth.example>"))
    post.work()
    with post.workplace() as work, work.database.reading() as session:
        assert len({row.conversation_id for row in list_outbox(session)}) == 2


def second_mail(post: Post, body: str, **headers: str) -> None:
    headers = {"In_Reply_To": SAME_ID, "date": "Fri, 11 Mar 2022 10:00:00 +0100"} | headers
    post.deliver(letter(body, subject="Re: Klimapartnerschaft", **headers))
    post.work()


@pytest.fixture
def entered(post: Post) -> Post:
    """A town that is in the register."""
    post.deliver(letter(INTEREST.format(town="Herzogenaurach"), Message_ID=SAME_ID))
    post.work()
    return post


def staff_say(post: Post, field: str, value: str) -> None:
    with post.workplace() as work, work.database.session() as session:
        (entry,) = entries(session)
        staff_set(
            session, entry_id=entry.id, field=field, value=value, expected_version=entry.version, actor="robin",
            now=work.clock(),
        )  # fmt: skip


def value_of(post: Post, field: str) -> tuple[object, str]:
    with post.workplace() as work, work.database.reading() as session:
        (entry,) = entries(session)
        return entry.value(field), entry.fields[field].provenance


def test_a_second_mail_adds_what_was_missing(entered: Post) -> None:
    second_mail(entered, PARTNER)
    with entered.workplace() as work, work.database.reading() as session:
        (entry,) = entries(session)
    assert (entry.partner_name, entry.value("contact.phone")) == ("Kaya", "09132 901-128")


def test_a_second_mail_corrects_what_the_sender_said(entered: Post) -> None:
    second_mail(entered, CORRECTION)
    assert value_of(entered, "contact.phone") == ("09132 901-555", "sender")


def test_a_second_mail_never_overwrites_what_staff_set(entered: Post) -> None:
    staff_say(entered, "contact.phone", "09132 901-999")
    second_mail(entered, CORRECTION)
    assert value_of(entered, "contact.phone") == ("09132 901-999", "staff")
    with entered.workplace() as work, work.database.reading() as session:
        told = [(task.kind, task.text) for task in list_tasks(session)]
        (entry,) = entries(session)
        changes = [(h.who, h.action) for h in list_history(session, "entry", entry.id) if h.field == "contact.phone"]
    assert told == [("proposal", "Berichtigung widerspricht Angaben des Teams")]
    assert [who for who, _ in changes][:2] == ["klimapartner", "robin"]


def test_the_same_interest_once_more_never_overwrites_what_staff_set(entered: Post) -> None:
    staff_say(entered, "contact.phone", "09132 901-999")
    second_mail(entered, INTEREST.format(town="Herzogenaurach") + "\nP.S. Wir freuen uns.")
    assert value_of(entered, "contact.phone") == ("09132 901-999", "staff")


def test_what_a_second_mail_leaves_out_stays(entered: Post) -> None:
    second_mail(entered, "Guten Tag,\n\ndie Stadt Herzogenaurach bekundet weiter ihr Interesse.\n\nKim Muster")
    assert value_of(entered, "contact.phone") == ("09132 901-128", "machine")


STRANGER = "Robin Fremd <robin@freemail.example>"
OTHER_PARTNER = """Guten Tag,

die Stadt Herzogenaurach bekundet ihr Interesse. Unsere Partnerstadt ist Ouidah in Benin.

Robin Fremd, Tel. 0228 999111
"""


def fields_of(post: Post) -> dict[str, object]:
    with post.workplace() as work, work.database.reading() as session:
        (entry,) = entries(session)
        return {name: field.value for name, field in entry.fields.items()} | {"key": entry.partner_key}


def test_a_stranger_changes_nothing_of_an_entry_that_is_somebody_elses(entered: Post) -> None:
    before = fields_of(entered)
    entered.deliver(letter(OTHER_PARTNER, sender=STRANGER))
    entered.work()
    assert fields_of(entered) == before
    with entered.workplace() as work, work.database.reading() as session:
        (entry,) = entries(session)
        claims = {h.field: h.new for h in list_history(session, "entry", entry.id) if h.action == "claimed"}
        told = [(task.kind, task.entry_id) for task in list_tasks(session)]
    assert (claims["partner"], claims["contact.name"]) == ("Ouidah (Benin)", "Robin Fremd")
    assert told == [("proposal", entry.id)]


def test_a_stranger_hears_nothing_of_the_entry(entered: Post) -> None:
    entered.deliver(letter(OTHER_PARTNER, sender=STRANGER))
    entered.work()
    _, second = entered.answers
    assert second["To"] == STRANGER
    assert [word in second.get_content() for word in ("Kaya", "Kim Muster", "Ouidah")] == [False] * 3


def test_a_stranger_who_was_taken_for_one_can_not_go_on_in_the_same_thread(entered: Post) -> None:
    before = fields_of(entered)
    entered.deliver(letter(OTHER_PARTNER, sender=STRANGER, Message_ID="<fremd@x.example>"))
    entered.work()
    more = OTHER_PARTNER.replace("Ouidah in Benin", "Mwanza in Tansania")
    entered.deliver(letter(more, sender=STRANGER, In_Reply_To="<fremd@x.example>"))
    entered.work()
    assert fields_of(entered) == before


def test_a_colleague_at_the_same_office_adds_to_the_entry(entered: Post) -> None:
    colleague = "Ina Beispiel <ina.beispiel@herzogenaurach.example>"
    entered.deliver(letter(PARTNER, sender=colleague))
    entered.work()
    assert fields_of(entered)["key"] == "kaya"
