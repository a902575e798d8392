"""All 90 dev mails through a real Dovecot: every mail stored once, every person answered once, no machine answered."""

from typing import Any

import pytest
from post_office import Post

from klimapartner.storage.messages import count_by_state
from klimapartner.storage.outbox import list_outbox
from klimapartner.storage.search import count_entries

pytestmark = [pytest.mark.dovecot, pytest.mark.shared]

Dev = list[tuple[dict[str, Any], bytes]]


def test_every_mail_is_stored_once_and_every_person_answered_once(post: Post, dev: Dev) -> None:
    post.box["done_folder"] = "Erledigt"
    post.deliver(*(raw for _, raw in dev))
    polled, handled = post.work()
    assert (polled.new, len(handled)) == (90, 90)
    with post.workplace() as work, work.database.reading() as session:
        outbox = [row for row in list_outbox(session) if row.step == "1"]
        assert count_by_state(session) == {"done": 90}
        assert count_entries(session) == len(_rows(handled))
    answered = [h.mail.message.message_id for h in handled if h.mail.verdict.reply_allowed]
    assert sorted(row.headers["In-Reply-To"] for row in outbox) == sorted(answered)
    assert {row.state for row in outbox} <= {"sent", "held"}
    assert len(post.answers) == sum(row.state == "sent" for row in outbox)


def _rows(handled: list[Any]) -> set[tuple[object, ...]]:
    """The register's keys as the readings give them."""
    return {
        (body.ags or body.name if (body := h.mail.reading.municipality) else h.mail.message.message_id, partner)
        for h in handled
        if "interest" in h.mail.reading.intents
        for partner in ((h.mail.reading.partner, *h.mail.reading.more_partners) if h.mail.reading.partner else (None,))
    }


def test_no_machine_gets_an_answer(post: Post, dev: Dev) -> None:
    automated = {case["from_addr"] for case, _ in dev if case["gold"]["automated"]}
    people = {case["from_addr"] for case, _ in dev if not case["gold"]["automated"]}
    post.deliver(*(raw for _, raw in dev))
    post.work()
    answered = {answer["To"].addresses[0].addr_spec for answer in post.answers}
    assert answered & (automated - people) == set()


def test_a_second_poll_adds_nothing(post: Post, dev: Dev) -> None:
    post.deliver(*(raw for _, raw in dev[:20]))
    post.work()
    sent = len(post.answers)
    polled, handled = post.work()
    assert (polled.new, handled, len(post.answers)) == (0, [], sent)


def test_the_mailbox_is_moved_as_configured(post: Post, dev: Dev) -> None:
    post.box["done_folder"] = "Erledigt"
    post.deliver(*(raw for _, raw in dev[:10]))
    post.work()
    post.work()
    assert (post.folder("INBOX"), post.folder("Erledigt")) == (0, 10)
