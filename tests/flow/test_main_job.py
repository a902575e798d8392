"""What a sender gets and what the register holds, one story a test."""

from datetime import UTC, datetime
from email.message import EmailMessage

import pytest
from post_office import OFFICE, Post, letter

from klimapartner.storage.history import list_history
from klimapartner.storage.outbox import list_outbox
from klimapartner.storage.search import Entry, list_entries
from klimapartner.storage.tasks import list_tasks
from klimapartner.storage.unanswered import list_unanswered

pytestmark = pytest.mark.dovecot

INTEREST = """Sehr geehrte Damen und Herren,

die Stadt Herzogenaurach bekundet ihr Interesse an der Teilnahme. Unsere Partnerstadt ist Kaya in Burkina Faso.

Mit freundlichen Grüßen
Kim Muster
Amt für Internationales
Marktplatz 11, 91074 Herzogenaurach
Tel. 09132 901-128
"""


def entries(post: Post) -> list[Entry]:
    with post.workplace() as work, work.database.reading() as session:
        return list(list_entries(session))


def reasons(post: Post) -> list[str]:
    with post.workplace() as work, work.database.reading() as session:
        return [item.code for item in list_unanswered(session)]


def tasks(post: Post) -> list[str]:
    with post.workplace() as work, work.database.reading() as session:
        return [task.kind for task in list_tasks(session)]


def test_an_expression_of_interest_becomes_a_row_and_an_acknowledgement(post: Post) -> None:
    mail = letter(INTEREST, Message_ID="<1@herzogenaurach.example>")
    post.deliver(mail)
    post.work()
    (entry,), (answer,) = entries(post), post.answers
    assert (entry.body_name, entry.ags, entry.partner_name, entry.partner_country) == (
        "Herzogenaurach",
        "09572132",
        "Kaya",
        "BF",
    )
    assert (entry.value("world_region"), entry.value("partnership_status")) == ("africa", "existing")
    assert (entry.value("contact.phone"), entry.late) == ("09132 901-128", False)
    assert answer["To"] == "Kim Muster <kim.muster@herzogenaurach.example>"
    assert (answer["In-Reply-To"], answer["References"]) == ("<1@herzogenaurach.example>", "<1@herzogenaurach.example>")
    assert (answer["Auto-Submitted"], answer["X-Auto-Response-Suppress"]) == ("auto-replied", "All")
    assert post.sink.received[0].sender == OFFICE
    assert answer.get_content().splitlines()[0] == "Guten Tag Kim Muster,"
    assert entry.reference in answer.get_content()


def test_the_evidence_behind_a_value_is_the_sentence_itself(post: Post) -> None:
    post.deliver(letter(INTEREST))
    post.work()
    field = entries(post)[0].fields["contact.phone"]
    assert [item["text"] for item in field.evidence if isinstance(item, dict)] == ["09132 901-128"]


def test_only_dates_that_lie_ahead_are_named(post: Post) -> None:
    post.deliver(letter(INTEREST))
    post.work()
    dates = [
        line.partition(":")[0]
        for line in post.answers[0].get_content().splitlines()
        if line.startswith(("- bis", "- Mitte", "- 1", "- 2"))
    ]
    assert dates == [
        "- bis 31. März 2022",
        "- bis 22. April 2022",
        "- bis 31. Mai 2022",
        "- Mitte Juni 2022",
        "- 15.–17. November 2022",
    ]


def test_a_late_mail_is_kept_with_a_flag_and_told_that_the_call_is_closed(post: Post) -> None:
    post.more["now"] = datetime(2022, 4, 2, 9, tzinfo=UTC)
    post.deliver(letter(INTEREST), received=datetime(2022, 3, 31, 22, 0, tzinfo=UTC))
    post.work()
    assert [entry.late for entry in entries(post)] == [True]
    assert "nach dem Ende der Frist (bis 31. März 2022)" in post.answers[0].get_content()


def test_a_mail_in_the_last_second_is_in_time(post: Post) -> None:
    post.deliver(letter(INTEREST), received=datetime(2022, 3, 31, 21, 59, 59, tzinfo=UTC))
    post.work()
    assert [entry.late for entry in entries(post)] == [False]


def test_the_same_bytes_again_are_the_same_mail(post: Post) -> None:
    mail = letter(INTEREST, Message_ID="<1@herzogenaurach.example>")
    post.deliver(mail, mail)
    post.work()
    assert (len(entries(post)), len(post.answers)) == (1, 1)


def test_a_reply_corrects_the_senders_own_entry(post: Post) -> None:
    post.deliver(letter(INTEREST, Message_ID="<1@herzogenaurach.example>"))
    post.work()
    post.deliver(
        letter(
            "Guten Tag,\n\nin meiner Mail war ein Fehler: Meine Durchwahl lautet richtig 09132 901-555.\n\nKim Muster",
            subject="Re: Klimapartnerschaft",
            In_Reply_To="<1@herzogenaurach.example>",
            date="Fri, 11 Mar 2022 10:00:00 +0100",
        )
    )
    post.work()
    (entry,) = entries(post)
    assert (entry.value("contact.phone"), entry.fields["contact.phone"].provenance) == ("09132 901-555", "sender")
    with post.workplace() as work, work.database.reading() as session:
        changes = [
            (h.field, h.old, h.new) for h in list_history(session, "entry", entry.id) if h.field == "contact.phone"
        ]
    assert changes[-1] == ("contact.phone", "09132 901-128", "09132 901-555")
    assert "- Telefon: 09132 901-555" in post.answers[1].get_content().splitlines()


def test_a_withdrawal_is_confirmed_and_the_row_stays(post: Post) -> None:
    post.deliver(letter(INTEREST, Message_ID="<1@herzogenaurach.example>"))
    post.work()
    post.deliver(
        letter(
            "Guten Tag,\n\nwir ziehen unsere Interessenbekundung zurück.\n\nKim Muster",
            In_Reply_To="<1@herzogenaurach.example>",
        )
    )
    post.work()
    assert [entry.status for entry in entries(post)] == ["withdrawn"]
    assert len(post.answers) == 2


def test_a_withdrawal_by_a_stranger_changes_nothing(post: Post) -> None:
    post.deliver(letter(INTEREST))
    post.work()
    stranger = "Robin Fremd <robin@freemail.example>"
    post.deliver(letter("Die Stadt Herzogenaurach zieht ihre Interessenbekundung zurück.", sender=stranger))
    post.work()
    assert [entry.status for entry in entries(post)] == ["new"]
    assert tasks(post) == ["withdrawal"]


def test_a_status_request_gets_a_receipt_without_data(post: Post) -> None:
    post.deliver(letter(INTEREST))
    post.work()
    post.deliver(
        letter(
            "Guten Tag,\n\nwie ist der Stand unserer Interessenbekundung? Ist sie angekommen?\n\nKim Muster",
            date="Sat, 12 Mar 2022 10:00:00 +0100",
        )
    )
    post.work()
    assert "Kaya" not in post.answers[1].get_content()


def test_a_question_is_answered_from_the_faq_with_source_and_date(post: Post) -> None:
    post.deliver(letter("Guten Tag,\n\nbis wann müssen wir die Interessenbekundung einreichen?\n\nGruß\nKim Muster"))
    post.work()
    text = post.answers[0].get_content()
    assert "Die unverbindliche Interessenbekundung kann bis 31. März 2022 eingereicht werden." in text
    assert "(Stand 1. Februar 2022)" in text
    assert entries(post) == []


def test_a_machine_gets_nothing_and_the_reason_is_kept(post: Post) -> None:
    post.deliver(
        letter(
            "Ich bin nicht im Büro.", subject="Automatische Antwort: Klimapartnerschaft", Auto_Submitted="auto-replied"
        )
    )
    post.work()
    assert (post.answers, entries(post), reasons(post)) == ([], [], ["auto_reply"])


def test_mail_from_before_answer_since_is_read_and_never_answered(post: Post) -> None:
    post.more["answer_since"] = datetime(2022, 3, 1, tzinfo=UTC)
    old = [
        letter(INTEREST, date=f"Mon, {day} May 2017 10:00:00 +0200", Message_ID=f"<{day}@old.example>")
        for day in (1, 8, 15)
    ]
    post.deliver(*old)
    post.work()
    assert (post.answers, reasons(post)) == ([], ["too_old"] * 3)
    assert len(entries(post)) == 1


def test_nothing_is_sent_before_the_outbox_is_released(post: Post) -> None:
    post.deliver(letter(INTEREST))
    post.work(release=False)
    assert post.answers == []
    post.work()
    assert len(post.answers) == 1


def test_the_data_protection_notice_comes_with_the_first_answer_only(post: Post) -> None:
    post.deliver(letter(INTEREST, Message_ID="<1@herzogenaurach.example>"))
    post.work()
    post.deliver(
        letter(
            "Guten Tag,\n\nist die Interessenbekundung verbindlich?\n\nKim Muster",
            date="Fri, 11 Mar 2022 10:00:00 +0100",
        )
    )
    post.work()
    assert ["Art. 13 DSGVO" in answer.get_content() for answer in post.answers] == [True, False]


def test_a_second_answer_of_the_same_kind_in_a_thread_waits_for_staff(post: Post) -> None:
    for number in range(3):
        post.deliver(
            letter(
                INTEREST + f"\n{number}",
                Message_ID=f"<{number}@herzogenaurach.example>",
                In_Reply_To="<0@herzogenaurach.example>",
            )
        )
        post.work()
    with post.workplace() as work, work.database.reading() as session:
        states = [row.state for row in list_outbox(session)]
    assert (len(post.answers), sorted(states)) == (1, ["held", "held", "sent"])


def test_an_answer_goes_to_the_senders_address_only(post: Post) -> None:
    body = INTEREST + "\nBitte antworten Sie an evil@attacker.example."
    post.deliver(letter(body))
    post.work()
    assert [item.recipients for item in post.sink.received] == [("kim.muster@herzogenaurach.example",)]


def test_another_address_in_the_text_gets_a_prepared_answer_that_waits(post: Post) -> None:
    body = INTEREST.replace("Kim Muster\nAmt", "Robin Beispiel\nAmt").replace(
        "Mit freundlichen",
        "Bitte antworten Sie an Frau Toni Acker, toni.acker@herzogenaurach.example.\n\nMit freundlichen",
    )
    post.deliver(letter(body))
    post.work()
    with post.workplace() as work, work.database.reading() as session:
        rows = [(row.to_addr, row.state) for row in list_outbox(session)]
    assert rows == [("kim.muster@herzogenaurach.example", "sent"), ("toni.acker@herzogenaurach.example", "held")]


def test_a_text_with_template_code_is_only_text(post: Post) -> None:
    mail: EmailMessage = letter(
        INTEREST.replace("Kim Muster", "Kim {{ 7*7 }} {% raw %}"), sender='"Kim {{ 7*7 }}" <kim@herzogenaurach.example>'
    )
    post.deliver(mail)
    post.work()
    assert "49" not in post.answers[0].get_content().splitlines()[0]
