"""Templates, header lines, wildcards and log lines in what strangers write stay words."""

import email
import email.policy
import json
import re
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
import structlog
from console_desk import Console
from lxml import html
from post_office import OFFICE, Post, letter

from klimapartner.assistant.console.register_filter import FACETS
from klimapartner.assistant.logs import set_up_logs
from klimapartner.mailbox.compose import compose, reply_subject
from klimapartner.mailbox.message import Address

Check = Callable[[str, dict[Any, bool]], None]
TEMPLATES = (
    "{{1337*1337}}", "${1337*1337}", "#{1337*1337}", "%{1337*1337}", "<%= 1337*1337 %>", "{%print(1337*1337)%}",
    "{1337*1337}", "{{config}}", "{{self.__init__.__globals__}}", "{{''.__class__.__mro__[1].__subclasses__()}}",
    "%(secret)s", "%s%s%s%n", "{0.__class__}", "{{cycler.__init__.__globals__.os.popen('id').read()}}", "$(id)", "`id`",
    "{% include '/etc/passwd' %}",
)  # fmt: skip
GIVEN_AWAY = ("1787569", "uid=0", "root:", "<class", "<function", "SecretStr")
BREAKS = (
    "\r\n", "\n", "\r", "\r\n ", "\n\t", "\x0b", "\x0c", "\x1c", "\x85", "\u2028", "\x00", "%0d%0a",
    "=?utf-8?q?=0D=0A?=",
)  # fmt: skip


def test_templates_in_a_mail_are_words_in_its_answer(post: Post, none_through: Check) -> None:
    post.deliver(*(_interest(text, number) for number, text in enumerate(TEMPLATES)))
    post.work()
    answers = {str(answer["To"]): answer for answer in post.answers}
    assert len(answers) == len(TEMPLATES)
    bodies = {address: f"{answer['Subject']}\n{answer.get_content()}" for address, answer in answers.items()}
    none_through("templates in mails", {to: any(sign in body for sign in GIVEN_AWAY) for to, body in bodies.items()})


def _interest(text: str, number: int) -> Any:
    body = (
        f"Guten Tag,\n\ndie Stadt Herzogenaurach bekundet ihr Interesse. Region: Afrika. Partnerstadt: {text}.\n"
        f"Thema: {text}\n\nMit freundlichen Grüßen\nKim {text}\nStadt {text}\n"
    )
    return letter(
        body, sender=f'"Kim {_quoted(text)}" <kim{number}@stadt{number}.example>', subject=f"Interesse {text}"
    )


def _quoted(text: str) -> str:
    return text.replace("\\", "").replace('"', "")


def test_templates_in_the_console_are_words_on_its_pages(console: Console, none_through: Check) -> None:
    staff, entry = console.sign_in("lead"), console.entry("Herzogenaurach")
    page, results = f"/entries/{entry.id}", {}
    for text in TEMPLATES:
        staff.get(page)
        shown = staff.post(f"/entries/{entry.id}/comments", comment=text).text
        results[text] = any(sign in shown for sign in GIVEN_AWAY)
    said = html.fromstring(staff.get(page).text).text_content()
    assert [text for text in TEMPLATES if text not in said] == []
    none_through("templates in comments", results)


@pytest.mark.parametrize("place", ["subject", "name", "reference", "subject prefix"])
def test_no_line_break_makes_a_header(place: str, none_through: Check) -> None:
    results = {}
    for line_break in BREAKS:
        text = f"Frage{line_break}Bcc: victim@example.org{line_break}{line_break}Body"
        raw = _composed(place, text)
        mail = email.message_from_bytes(raw, policy=email.policy.default)
        results[line_break] = mail["Bcc"] is not None or b"\nBcc:" in raw.partition(b"\r\n\r\n")[0]
        assert mail.get_body().get_content().strip() == "Antwort"  # type: ignore[union-attr]
    none_through("line breaks in mail headers", results)


def _composed(place: str, text: str) -> bytes:
    subject = {"subject": text, "subject prefix": reply_subject(text)}.get(place, "Frage")
    return compose(
        from_=Address("Büro", OFFICE), to=Address(text if place == "name" else "Kim", "kim@example.org"),
        subject=subject, body_text="Antwort", message_id="<1@example.org>",
        date=datetime(2022, 3, 1, tzinfo=UTC), language="de",
        headers={"In-Reply-To": "<1@x>", "References": f"<1@x> {text}"} if place == "reference" else {},
    )  # fmt: skip


SEARCHES = (
    "h%h", "h_rzogenaurach", "herz%", "%aurach", "%", "_", "h\\_rz", "h*h", "h?rz", "[a-h]erz", "h'rz", 'h"rz', "h.*h",
)  # fmt: skip


def test_wildcards_in_the_search_are_signs(console: Console, none_through: Check) -> None:
    staff = console.staff("editor")

    def found(words: str) -> list[str]:
        return re.findall(r'href="/console/entries/(\d+)"', staff.get("/entries", q=words).text)

    assert len(found("")) == len(console.entries())
    assert len(found("herzogenaurach")) == 1
    as_words = {search: re.sub(r"\W|_", " ", search) for search in SEARCHES}
    results = {search: found(search) not in ([], found(words)) for search, words in as_words.items()}
    none_through("wildcards in the search", results)


INJECTIONS = (
    "1 OR 1=1", "1; DROP TABLE entries", "' OR ''='", "') OR 1=1 --", "1 UNION SELECT password_hash FROM users",
    "%27%20OR%201=1", "x' AND pg_sleep(9) --",
)  # fmt: skip
FILTERS = ("q", *FACETS, "order", "turned", "page")


def test_sql_in_every_filter_is_a_word(console: Console, none_through: Check) -> None:
    staff, before, results = console.staff("lead"), len(console.entries()), {}
    for name in FILTERS:
        for text in INJECTIONS:
            page = staff.get("/entries", **{name: text})
            results[name, text] = page.status_code >= 500 or "argon2" in page.text
    assert len(console.entries()) == before
    none_through("SQL in filters", results)


FORGED = (
    'x\n{"event": "forged", "level": "error"}', "x\r\x1b[2K\x1b[31mforged", "x\x1b]0;title\x07", "x\u2028{}", "a\x00b",
    "\x9b31m", "\u202egnidaelsim",
)  # fmt: skip
OWN_COLOURS = re.compile(r"\x1b\[\d{1,2}m")


@pytest.mark.parametrize("terminal", [False, True])
def test_a_log_line_is_one_line_whatever_stands_in_it(
    terminal: bool, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, none_through: Check
) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: terminal, raising=False)
    results = {}
    try:
        set_up_logs(debug=False)
        for text in FORGED:
            structlog.get_logger("x").warning("mailbox not reachable", mailbox=text, error=text)
            written = capsys.readouterr().err
            lines = written.splitlines()
            bare = OWN_COLOURS.sub("", written) if terminal else written
            results[text] = len(lines) != 1 or any(not sign.isprintable() for sign in bare.rstrip("\n"))
            assert terminal or json.loads(written)["event"] == "mailbox not reachable"
    finally:
        structlog.reset_defaults()
    none_through("log lines forged", results)
