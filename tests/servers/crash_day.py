"""A day of the office: what comes in, and what mailbox, receivers and database hold at its end."""

import signal
from collections.abc import Callable

from crash_office import CrashOffice, Result, in_database, in_mailbox, in_sink
from post_office import Post, letter

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

AnotherDay = Callable[..., Post]


def result_of(post: Post) -> Result:
    return {
        "mailbox": in_mailbox(post.imap, post.login, ("INBOX", "Erledigt")),
        "sink": in_sink(post.sink),
        **in_database(post.url),
    }


def killed_and_started_again(
    crash_office: CrashOffice, post: Post, point: str, times: int = 1, job: str = "day"
) -> Result:
    assert crash_office.run(job, post.settings, point, times).code == -signal.SIGKILL
    assert crash_office.run(job, post.settings, ahead=HOUR).code == 0
    return result_of(post)
