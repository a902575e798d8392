"""Machine or person: each rule on its own header or words, whole mails in five languages, whom to answer."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from klimapartner.mailbox.facts import facts
from klimapartner.mailbox.identity import OwnIdentity
from klimapartner.mailbox.message import Address, Message
from klimapartner.mailbox.parse import parse_message
from klimapartner.mailbox.rules_text import relays_form
from klimapartner.mailbox.triage import RULES, Verdict, triage

Case = dict[str, Any]
OWN = OwnIdentity(
    addresses=("climatepartnerships.skew@engagement-global.example", "klima@office.example"),
    message_id_domains=("klimapartner.engagement-global.example",),
)
CASES = [json.loads(line) for line in Path(__file__).with_name("triage_cases.jsonl").open(encoding="utf-8")]
PERSON = {
    "from_name": "Petra Sommer",
    "from_addr": "sommer@stadt.example",
    "subject": "Interesse",
    "body": "Die Stadt bekundet Interesse.",
}


def rules(verdict: Verdict) -> list[str]:
    return [hit.rule for hit in verdict.hits]


def with_header(*lines: str) -> Message:
    """A person's mail with raw header lines added at its top."""
    head = "\r\n".join(
        (*lines, "From: Petra Sommer <sommer@stadt.example>", "Subject: Interesse", "Message-ID: <1@s.example>")
    )
    return parse_message(f"{head}\r\n\r\nDie Stadt bekundet Interesse.\r\n".encode())


@pytest.mark.parametrize("case", CASES, ids=[case["id"] for case in CASES])
def test_machines_and_persons(case: Case, mail_of: Callable[[Case], bytes]) -> None:
    verdict = triage(parse_message(mail_of(case)), own=OWN)
    assert (verdict.automated, rules(verdict) if not case["gold"]["automated"] else []) == (
        case["gold"]["automated"],
        [],
    )


@pytest.mark.parametrize(
    ("header", "names"),
    [
        ("Auto-Submitted: auto-replied", ["auto_replied"]),
        ("Auto-Submitted: Auto-Replied (vacation)", ["auto_replied"]),
        ("Auto-Submitted: (a comment) auto-replied; owner-email=x@y.example", ["auto_replied"]),
        ("Auto-Submitted: auto-generated", ["auto_generated"]),
        ("Auto-Submitted: auto-notified", ["auto_generated"]),
        ("Auto-Submitted: no", []),
        ("Auto-Submitted: No (a person)", []),
        ("Auto-Submitted:", []),
        ("Auto-Submitted: no\r\nAuto-Submitted: auto-replied", ["auto_replied"]),
        ("Precedence: bulk", ["precedence_bulk"]),
        ("Precedence: JUNK", ["precedence_bulk"]),
        ("Precedence: list", ["precedence_list"]),
        ("Precedence: auto_reply", ["precedence_auto_reply"]),
        ("Precedence: first-class", []),
        ("Precedence: special-delivery", []),
        ("List-Id: Agenda <agenda.list.example>", ["list_mark"]),
        ("List-Post: <mailto:agenda@list.example>", ["list_mark"]),
        ("List-Unsubscribe: <https://x.example/off>", ["bulk_mark"]),
        ("Feedback-ID: 1:2:3:mailer", ["bulk_mark"]),
        ("Feedback-ID: webmail:mail.example:web:web17", []),
        ("X-Auto-Response-Suppress: All", ["suppressed"]),
        ("X-Auto-Response-Suppress: OOF, AutoReply", ["suppressed"]),
        ("X-Auto-Response-Suppress: DR, oof", ["suppressed"]),
        ("X-Auto-Response-Suppress: DR", []),
        ("X-Auto-Response-Suppress: DR, RN, NRN", []),
        ("X-Auto-Response-Suppress: None", []),
        ("Return-Path: <>", ["null_return_path"]),
        ("Return-Path: < >", ["null_return_path"]),
        ("Return-Path: <MAILER-DAEMON@mx.example>", ["null_return_path"]),
        ("Return-Path: <sommer@stadt.example>", []),
        ("X-Autoreply: yes", ["auto_mark"]),
        ("X-Autorespond: Re: Interesse", ["auto_mark"]),
        ("X-Autoreply: no", []),
        ("X-FC-MachineGenerated: true", ["auto_mark"]),
        ("X-Failed-Recipients: x@y.example", ["failed_recipients"]),
        ("X-Loop: sommer@stadt.example", ["loop_mark"]),
        ("X-OTRS-Loop: yes", ["loop_mark"]),
        ("X-Klimapartner-Loop: 1", ["own_loop_header"]),
        ("X-Ack: no", ["no_acknowledgement"]),
        ("X-Spam-Flag: YES", ["marked_spam"]),
        ("X-Spam-Status: Yes, score=12", ["marked_spam"]),
        ("X-Spam-Status: No, score=0.1", []),
        ("X-MS-Exchange-Organization-SCL: 9", ["marked_spam"]),
        ("X-MS-Exchange-Organization-SCL: 1", []),
        ("X-Forefront-Antispam-Report: CIP:1.2.3.4;SCL:5;CAT:SPM", ["marked_spam"]),
        ("Content-Type: multipart/report; report-type=delivery-status", ["delivery_report"]),
        ("Content-Type: multipart/report; report-type=disposition-notification", ["read_report"]),
        ("Content-Type: multipart/report; report-type=feedback-report", ["abuse_report"]),
        ("DKIM-Signature: v=1; h=Auto-Submitted:Precedence:List-Id; b=x", []),
        ("X-Mailer: autoresponder-friendly client", []),
        ("X-MS-Exchange-Inbox-Rules-Loop: sommer@stadt.example", []),
    ],
)
def test_rules_on_headers(header: str, names: list[str]) -> None:
    assert rules(triage(with_header(header), own=OWN)) == names


@pytest.mark.parametrize(
    ("addr", "names"),
    [
        ("sommer@stadt.example", []),
        ("MAILER-DAEMON@mx.example", ["daemon_sender", "no_reply_address"]),
        ("postmaster@stadt.example", ["daemon_sender", "no_reply_address"]),
        ("liste-bounces+x=y.example@list.example", ["daemon_sender", "no_reply_address"]),
        ("owner-liste@list.example", ["robot_sender", "no_reply_address"]),
        ("liste-request@list.example", ["robot_sender", "no_reply_address"]),
        ("majordomo@list.example", ["robot_sender", "no_reply_address"]),
        ("noreply@stadt.example", ["no_reply_sender", "no_reply_address"]),
        ("no-reply.portal@stadt.example", ["no_reply_sender", "no_reply_address"]),
        ("portal_noreply@stadt.example", ["no_reply_sender", "no_reply_address"]),
        ("nicht-antworten@stadt.example", ["no_reply_sender", "no_reply_address"]),
        ("ne-pas-repondre@ville.example", ["no_reply_sender", "no_reply_address"]),
        ("noresponder@ciudad.example", ["no_reply_sender", "no_reply_address"]),
        ("nao-responda@cidade.example", ["no_reply_sender", "no_reply_address"]),
        ("noor.reply@stadt.example", []),
        ("alert.meier@stadt.example", []),
        ("rootsgemeinde@stadt.example", []),
        ("info@stadt.example", []),
        ("poststelle@stadt.example", []),
        ("klima@office.example", ["own_sender", "no_reply_address"]),
        ("Klima+Bonn@Office.example", ["own_sender", "no_reply_address"]),
    ],
)
def test_rules_on_senders(addr: str, names: list[str], mail_of: Callable[[Case], bytes]) -> None:
    assert rules(triage(parse_message(mail_of(PERSON | {"from_addr": addr})), own=OWN)) == names


def test_our_own_message_id_is_ours() -> None:
    message = parse_message(b"From: a@b.example\r\nMessage-ID: <kp.1@KlimaPartner.engagement-global.example>\r\n\r\nx")
    verdict = triage(message, own=OWN)
    assert (rules(verdict), verdict.kind, verdict.reply_allowed) == (["own_message_id"], "own", False)


@pytest.mark.parametrize(
    ("lines", "to"),
    [
        ([], "sommer@stadt.example"),
        (["Reply-To: amt@stadt.example"], "amt@stadt.example"),
        (['Reply-To: "x@y.example" <amt@stadt.example>'], "amt@stadt.example"),
        (["Reply-To:"], "sommer@stadt.example"),
        (["Reply-To: <>"], "sommer@stadt.example"),
        (["Reply-To: Rathaus"], "sommer@stadt.example"),
        (["Reply-To: klima@office.example"], "sommer@stadt.example"),
        (["Reply-To: KLIMA+x@office.example"], "sommer@stadt.example"),
        (["Reply-To: noreply@stadt.example"], "sommer@stadt.example"),
        (["Reply-To: klima@office.example, amt@stadt.example"], "amt@stadt.example"),
        (["Reply-To: amt@b\u00fcro.example"], "amt@b\u00fcro.example"),
    ],
)
def test_whom_to_answer(lines: list[str], to: str) -> None:
    verdict = triage(with_header(*lines), own=OWN)
    assert (verdict.reply_allowed, verdict.reply_to and verdict.reply_to.addr) == (True, to)


@pytest.mark.parametrize("sender", ["", "Petra Sommer", "<>", '"Petra" <>', "klima@office.example"])
def test_without_an_address_of_somebody_else_nobody_is_answered(sender: str) -> None:
    verdict = triage(parse_message(f"From: {sender}\r\nSubject: Interesse\r\n\r\nText".encode()), own=OWN)
    assert (verdict.reply_allowed, verdict.reply_to, verdict.automated) == (False, None, False)


def test_a_list_in_reply_to_is_no_address_to_answer() -> None:
    message = with_header("List-Post: <mailto:agenda@list.example>", "Reply-To: agenda@list.example")
    assert triage(message, own=OWN).reply_allowed is False


@pytest.mark.parametrize(
    ("header", "rule"),
    [
        ("To: klima+bounce-kp9-7f3k2m.12.interest@office.example", ["bounce_address"]),
        ("Delivered-To: <klima+bounce-h0123@office.example>", ["bounce_address"]),
        ("To: klima+beratung@office.example", []),
        ("To: other+bounce-kp9-7f3k2m@office.example", []),
    ],
)
def test_what_comes_to_our_envelope_sender_is_read_and_not_answered(header: str, rule: list[str]) -> None:
    verdict = triage(with_header(header), own=OWN)
    assert (rules(verdict), verdict.automated, verdict.reply_allowed) == (rule, False, not rule)


@pytest.mark.parametrize(
    ("changes", "kind"),
    [
        (
            {
                "subject": "RE: Ihre Eingangsbestätigung: non remis (delivery failed)",
                "body": "Votre message n'a pas pu etre delivre a\nx@y.example\n"
                "Your message could not be delivered to\nx@y.example",
            },
            "bounce",
        ),
        (
            {"subject": "Zustellung fehlgeschlagen", "body": "Meine Mail konnte nicht zugestellt werden, daher\n"
             "bitte ich Sie noch einmal um die Unterlagen.\n\nMit freundlichen Grüßen\nPetra Sommer"},
            "person",
        ),
        ({"subject": "Out of Office", "body": "Liebe Frau Roth, ich bin doch da. Rufen Sie an."}, "person"),
        ({"subject": "Abwesenheitsassistent", "body": "Ihrer schreibt mir dauernd. Ausschalten?"}, "person"),
        ({"subject": "Out of Office", "body": "Back on Monday."}, "auto_reply"),
        ({"subject": "Re: Eingang", "body": "Hallo! Ich bin Herzi, der digitale Assistent der Stadt."}, "system"),
        ({"subject": "Re: receipt", "body": "Hi, I'm Kim, your virtual assistant. What can I do?"}, "system"),
        ({"subject": "Chatbot", "body": "Ich bin an Ihrem digitalen Assistenten gescheitert."}, "person"),
        (
            {"subject": "Unzustellbar?", "body": 'Es kam zurück ("mailbox full"), unzustellbar. Die Gemeinde Kall hat\n'
             "Interesse. Bitte um kurze Rückmeldung."},
            "person",
        ),
        (
            {"from_addr": "noreply@net.example", "headers": {"Reply-To": "eva@ulm.example"}, "subject": "Eva is here",
             "body": "Eva has accepted your invitation to Netz and has chosen a new address."},
            "calendar",
        ),
    ],
)  # fmt: skip
def test_notices_without_headers(changes: Case, kind: str, mail_of: Callable[[Case], bytes]) -> None:
    assert triage(parse_message(mail_of(PERSON | changes)), own=OWN).kind == kind


def test_a_mail_system_by_name_that_sends_a_mail_back() -> None:
    raw = (
        b"From: Mail Delivery Subsystem <x@y.example>\r\nMIME-Version: 1.0\r\n"
        b"Content-Type: multipart/mixed; boundary=a\r\n\r\n--a\r\n\r\nStuff\r\n--a\r\n"
        b"Content-Type: message/rfc822\r\n\r\nFrom: us@office.example\r\n\r\nHallo\r\n--a--\r\n"
    )
    assert triage(parse_message(raw), own=OWN).kind == "bounce"


def test_a_form_that_sends_for_a_person_is_answered_to_the_person(mail_of: Callable[[Case], bytes]) -> None:
    case = PERSON | {"from_addr": "noreply@stadt.example", "headers": {"Reply-To": "sommer@stadt.example"}}
    verdict = triage(parse_message(mail_of(case)), own=OWN)
    assert (verdict.automated, verdict.reply_to) == (False, Address("", "sommer@stadt.example"))


@pytest.mark.parametrize(
    ("lines", "kind"),
    [
        ([], "person"),
        (["Auto-Submitted: auto-replied", "Precedence: bulk"], "auto_reply"),
        (["Return-Path: <>", "Auto-Submitted: auto-replied"], "auto_reply"),
        (["Return-Path: <>"], "bounce"),
        (["X-Failed-Recipients: x@y.example", "Auto-Submitted: auto-replied"], "bounce"),
        (["List-Id: <a.b>", "Precedence: list"], "list"),
        (["List-Unsubscribe: <mailto:x@y.example>"], "newsletter"),
        (["X-Spam-Flag: YES"], "spam"),
        (["Content-Type: multipart/report; report-type=disposition-notification"], "receipt"),
        (["X-Klimapartner-Loop: 1", "Auto-Submitted: auto-replied"], "own"),
    ],
)
def test_the_kind_is_the_most_telling(lines: list[str], kind: str) -> None:
    assert triage(with_header(*lines), own=OWN).kind == kind


def test_marked_spam_is_no_machine_and_gets_no_answer() -> None:
    verdict = triage(with_header("X-Spam-Flag: YES"), own=OWN)
    assert (verdict.automated, verdict.reply_allowed) == (False, False)


def test_an_answer_to_an_invitation_is_a_machines() -> None:
    raw = (
        b"From: sommer@stadt.example\r\nSubject: Zugesagt: Workshop\r\nMIME-Version: 1.0\r\n"
        b"Content-Type: text/calendar; method=REPLY; charset=utf-8\r\n\r\n"
        b"BEGIN:VCALENDAR\r\nMETHOD:REPLY\r\nBEGIN:VEVENT\r\nSUMMARY:Workshop\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
    )
    verdict = triage(parse_message(raw), own=OWN)
    assert (verdict.automated, verdict.kind) == (True, "calendar")


@pytest.mark.parametrize(
    ("body", "relayed"),
    [
        ("Über das Formular wurde gesendet:\nName: Heike Stolz\nNachricht: Wir möchten teilnehmen.", True),
        ("Formulaire de contact\nNom : Orou Sabi\nMessage : Nous cherchons une ville.", True),
        ("Kopie Ihrer Angaben im Formular\nNachricht: Wir möchten teilnehmen.", False),
        ("Das Formular finde ich nicht. Nachricht folgt.", False),
    ],
)
def test_what_somebody_wrote_into_a_form(body: str, relayed: bool, mail_of: Callable[[Case], bytes]) -> None:
    assert relays_form(facts(parse_message(mail_of(PERSON | {"body": body})), OWN)) == relayed


def test_every_rule_has_a_name_of_its_own_and_a_reason() -> None:
    names = [rule.name for rule in RULES]
    assert sorted(set(names)) == sorted(names)
    assert [rule.name for rule in RULES if not rule.reason] == []


@pytest.mark.shared
def test_the_gold_set(shared: Path, mail_of: Callable[[Case], bytes]) -> None:
    cases = [json.loads(line) for line in (shared / "gold/dev/cases.jsonl").open(encoding="utf-8")]
    wrong = [
        case["id"]
        for case in cases
        if triage(parse_message(mail_of(case)), own=OWN).automated != case["gold"]["automated"]
    ]
    assert wrong == []
