"""The assistant against machines that answer everything: the number of its mails stays what the limits say."""

import re
from collections.abc import Callable, Iterator
from email.message import EmailMessage
from pathlib import Path

import pytest
from dovecot_server import Dovecot
from post_office import Post, letter

from klimapartner.mailbox.fakes.smtp_sink import SmtpSink
from klimapartner.storage.outbox import count_outbox

pytestmark = pytest.mark.dovecot

ROUNDS = 9
PER_THREAD, PER_ADDRESS, PER_DOMAIN, IN_ALL = 1, 3, 4, 6
LIMITS = {"address_per_day": PER_ADDRESS, "domain_per_hour": PER_DOMAIN, "total_per_hour": IN_ALL}
INTEREST = "Guten Tag,\n\ndie Stadt Herzogenaurach bekundet ihr Interesse an der Teilnahme.\n\nKim Muster\n"
ABSENT = "Guten Tag,\n\nich bin bis 30. März nicht im Büro. Ihre Nachricht wird nicht weitergeleitet.\n"

Robot = Callable[[EmailMessage, int], EmailMessage]


@pytest.fixture
def post(dovecot: Dovecot, user: str, sink: SmtpSink, tmp_path: Path) -> Post:
    """The assistant with small limits."""
    url = f"sqlite:///{tmp_path}/klimapartner.db"
    return Post(dovecot.server, dovecot.login(user), sink, url, more={"limits": LIMITS})


@pytest.fixture
def copy(dovecot: Dovecot, user: str, tmp_path: Path) -> Iterator[Post]:
    """A second copy of the assistant, with a mailbox and a database of its own."""
    with SmtpSink() as sink:
        box = {"address": "office@copy.example"}
        url = f"sqlite:///{tmp_path}/copy.db"
        yield Post(dovecot.server, dovecot.login(f"{user}copy"), sink, url, more={"limits": LIMITS}, box=box)


def reply(answer: EmailMessage, number: int, body: str, sender: str = "", **headers: str) -> EmailMessage:
    """What a machine makes of our answer; in the thread unless told otherwise."""
    thread = {"In_Reply_To": answer["Message-ID"], "References": answer["Message-ID"]}
    given = {name: value for name, value in (thread | headers).items() if value}
    date = f"Thu, 10 Mar 2022 11:{number:02}:00 +0100"
    given = {"subject": f"Re: {answer['Subject']}", "Message_ID": f"<{number}@robot.example>", "date": date} | given
    return letter(f"{body}\n{number}\n", sender=sender or answer["To"], **given)


def converse(post: Post, robot: Robot) -> int:
    """How many mails we sent while a robot answered each of them."""
    post.deliver(letter(INTEREST, Message_ID="<0@robot.example>"))
    seen = 0
    for _ in range(ROUNDS):
        post.work()
        fresh = post.answers[seen:]
        if not fresh:
            break
        post.deliver(*(robot(answer, seen + number + 1) for number, answer in enumerate(fresh)))
        seen += len(fresh)
    return len(post.answers)


def states(post: Post) -> dict[str, int]:
    with post.workplace() as work, work.database.reading() as session:
        return dict(count_outbox(session))


@pytest.mark.parametrize(
    "robot",
    [
        lambda answer, n: reply(answer, n, ABSENT, Auto_Submitted="auto-replied"),
        lambda answer, n: reply(answer, n, ABSENT, Precedence="bulk", subject="Abwesend"),
        lambda answer, n: reply(answer, n, ABSENT, subject="Automatische Antwort: Klimapartnerschaft"),
        lambda answer, n: reply(answer, n, ABSENT, subject=f"Re: Abwesenheit {n}"),
        lambda answer, n: reply(answer, n, "Elternzeit bis Mai 2023. Vertretung: Lars Ott."),
        lambda answer, n: reply(answer, n, "Ich bin Herzi, der digitale Assistent der Stadt. Was darf es sein?"),
        lambda answer, n: reply(answer, n, INTEREST, List_Id="<klima.list.example>", Precedence="list"),
        lambda answer, n: reply(answer, n, INTEREST, sender="klima-bounces@list.example", List_Id="<klima.list>"),
    ],
    ids=["rfc3834", "bulk", "no header", "no header, own subject", "few words", "assistant", "list", "list bounces"],
)
def test_a_machine_that_can_be_told_gets_the_first_answer_only(post: Post, robot: Robot) -> None:
    assert (converse(post, robot), states(post)) == (1, {"sent": 1})


def test_a_robot_without_headers_in_one_thread_gets_one_answer_of_each_kind(post: Post) -> None:
    sent = converse(post, lambda answer, n: reply(answer, n, INTEREST))
    assert (sent, states(post)) == (PER_THREAD, {"sent": PER_THREAD, "held": 1})


def test_a_robot_that_breaks_the_thread_gets_so_many_a_day(post: Post) -> None:
    sent = converse(
        post, lambda answer, n: reply(answer, n, INTEREST, subject=f"Neu {n}", In_Reply_To="", References="")
    )
    assert (sent, states(post)) == (PER_ADDRESS, {"sent": PER_ADDRESS, "held": 1})


def test_a_robot_with_changing_addresses_of_one_domain_gets_so_many_an_hour(post: Post) -> None:
    def robot(answer: EmailMessage, n: int) -> EmailMessage:
        sender = f"Kim Muster <robot{n}@herzogenaurach.example>"
        return reply(answer, n, INTEREST, sender=sender, subject=f"Neu {n}", In_Reply_To="", References="")

    assert (converse(post, robot), states(post)) == (PER_DOMAIN, {"sent": PER_DOMAIN, "held": 1})


@pytest.mark.parametrize("domains", ["gmx.de", "robot{}.example"])
def test_a_robot_with_ever_new_domains_or_at_a_freemailer_meets_the_limit_of_all(post: Post, domains: str) -> None:
    def robot(answer: EmailMessage, n: int) -> EmailMessage:
        sender = f"Kim Muster <robot{n}@{domains.format(n)}>"
        return reply(answer, n, INTEREST, sender=sender, subject=f"Neu {n}", In_Reply_To="", References="")

    assert (converse(post, robot), states(post)) == (IN_ALL, {"sent": IN_ALL, "held": 1})


def test_a_flood_at_once_meets_the_same_limits(post: Post) -> None:
    flood = [
        letter(INTEREST + str(n), sender=f"Kim <kim{n}@herzogenaurach.example>", Message_ID=f"<{n}@flood.example>")
        for n in range(3 * PER_DOMAIN)
    ]
    post.deliver(*flood)
    post.work()
    assert states(post) == {"sent": PER_DOMAIN, "held": 2 * PER_DOMAIN}


def exchange(first: Post, second: Post, change: Callable[[bytes], bytes]) -> tuple[int, int]:
    """Hand each one's mails to the other until nothing more comes; how many each sent."""
    first.deliver(letter(INTEREST, sender=f"Kim Muster <{second.settings.mailboxes['box'].address}>"))
    handed = {id(first): 0, id(second): 0}
    for _ in range(ROUNDS):
        for here, there in ((first, second), (second, first)):
            here.work()
            fresh = here.sink.received[handed[id(here)] :]
            there.deliver(*(change(item.raw) for item in fresh))
            handed[id(here)] += len(fresh)
    return len(first.answers), len(second.answers)


def test_a_second_copy_of_the_assistant_is_never_answered(post: Post, copy: Post) -> None:
    assert exchange(post, copy, lambda raw: raw) == (1, 0)


def test_a_copy_whose_marks_a_gateway_removed_meets_the_limits(post: Post, copy: Post) -> None:
    marks = rb"(?mi)^(?:Auto-Submitted|X-Auto-Response-Suppress|X-Klimapartner-Loop):.*\r?\n"
    sent = exchange(post, copy, lambda raw: re.sub(marks, b"", raw))
    assert sent == (PER_THREAD, PER_THREAD)
