"""One's own entry, and nobody else's: status, correction, withdrawal, the code by mail."""

import re
from datetime import timedelta

from chat_desk import NOW, Desk, entered

from klimapartner.assistant.chat_links import links_into_chat
from klimapartner.assistant.dialogue.proof import CODES_PER_DAY, CODES_PER_HOUR
from klimapartner.storage.register import staff_set

ASKED = (
    "Wenn es zum Zeichen {} einen Eintrag mit E-Mail-Adresse gibt, ist dorthin jetzt ein sechsstelliger Code "
    "unterwegs. Bitte schreiben Sie ihn hier."
)
WRONG = (
    "Dieser Code stimmt nicht oder gilt nicht mehr. Bitte prüfen Sie ihn, oder fordern Sie mit /status einen neuen an."
)


def code_for(desk: Desk, address: str) -> str:
    body = [mail for mail in desk.mails(address) if mail.kind == "code"][-1].body_text
    found = re.search(r"^\d{6}$", body, re.MULTILINE)
    assert found
    return found[0]


def test_ones_own_entry_needs_no_proof(desk: Desk) -> None:
    reference = entered(desk, "Telgte")
    assert desk.command("status")[0].splitlines()[0] == (
        f"Eintrag {reference}, eingegangen am 10. Februar 2022: Er ist aufgenommen und wird noch geprüft."
    )


def test_elsewhere_the_reference_and_a_code_are_needed(desk: Desk) -> None:
    reference = entered(desk, "Witten")
    other = desk.other()
    other.command("status")
    assert other.say(reference) == [ASKED.format(reference)]
    assert other.say("123456" if code_for(desk, "kim@witten.example") != "123456" else "654321") == [WRONG]
    assert other.say(code_for(desk, "kim@witten.example"))[0].split(",")[0] == f"Eintrag {reference}"


def test_a_stranger_hears_the_same_whether_or_not_there_is_an_entry(desk: Desk) -> None:
    reference = entered(desk, "Hattingen")
    real, made_up = desk.other(), desk.other()
    for stranger in (real, made_up):
        stranger.command("status")
    assert real.say(reference)[0].replace(reference, "X") == made_up.say("KP9-AAAAAA")[0].replace("KP9-AAAAAA", "X")
    code = code_for(desk, "kim@hattingen.example")
    wrong = [f"{(int(code) + n) % 10**6:06}" for n in range(1, 6)]
    assert [real.say(item) for item in wrong] == [made_up.say(item) for item in wrong]
    real.command("status")
    assert real.say(code)[0].split(".")[0] == "Das ist kein Zeichen von uns"


def test_after_five_wrong_codes_the_right_one_is_none(desk: Desk) -> None:
    reference = entered(desk, "Billerbeck")
    other = desk.other()
    other.say(reference)
    code = code_for(desk, "kim@billerbeck.example")
    other.say(*(f"{(int(code) + n) % 10**6:06}" for n in range(1, 6)))
    assert other.chat.state["form"] is None
    assert other.say(code)[0].split(".")[0] != f"Eintrag {reference}, eingegangen am 10"


def test_a_code_is_good_in_the_chat_that_asked_for_it_only(desk: Desk) -> None:
    reference = entered(desk, "Ascheberg")
    asked, other = desk.other(), desk.other()
    asked.say(reference)
    code = code_for(desk, "kim@ascheberg.example")
    other.say(reference)
    assert other.say(code) == [WRONG]
    assert asked.say(code)[0].split(",")[0] == f"Eintrag {reference}"


def test_a_code_ends_after_half_an_hour(desk: Desk) -> None:
    reference = entered(desk, "Velbert")
    other = desk.other()
    other.say(reference)
    desk.hands.now += timedelta(minutes=31)
    assert other.say(code_for(desk, "kim@velbert.example")) == [WRONG]


def test_codes_are_limited_by_chat_and_by_address(desk: Desk) -> None:
    reference = entered(desk, "Coesfeld")
    other = desk.other()
    told = [(other.command("status"), other.say(reference))[1][0] for _ in range(CODES_PER_HOUR + 1)]
    assert told[:-1] == [ASKED.format(reference)] * CODES_PER_HOUR
    assert told[-1].split(".")[0] == "In diesem Chat sind zu viele Codes angefordert worden"
    assert len([m for m in desk.mails("kim@coesfeld.example") if m.kind == "code"]) == CODES_PER_DAY


def test_something_else_is_corrected_and_the_mail_says_what(desk: Desk) -> None:
    reference = entered(desk, "Lüdinghausen")
    desk.say("Bitte ändern Sie die Telefonnummer auf 02591 99999")
    assert desk.press("Ja, absenden") == [f"Danke, Ihr Eintrag {reference} ist berichtigt."]
    assert desk.entry(reference).value("contact.phone") == "02591 99999"
    assert [mail.kind for mail in desk.mails("kim@luedinghausen.example")] == ["interest", "correction"]


def test_a_withdrawal_is_asked_for_once_more(desk: Desk) -> None:
    reference = entered(desk, "Solingen")
    assert desk.say("Wir ziehen unsere Interessenbekundung zurück")[0].split("?")[0] == (
        f"Möchten Sie die Interessenbekundung {reference} wirklich zurückziehen"
    )
    assert desk.entry(reference).status == "new"
    desk.press("Ja, zurückziehen")
    assert desk.entry(reference).status == "withdrawn"
    assert desk.send("go:withdrawal") == [f"Die Interessenbekundung {reference} ist schon zurückgezogen."]


def test_a_proven_entry_can_be_withdrawn_from_another_chat(desk: Desk) -> None:
    reference = entered(desk, "Ahaus")
    other = desk.other()
    other.say("Wir möchten unsere Interessenbekundung zurückziehen")
    other.say(reference, code_for_after(desk, other, "kim@ahaus.example", reference))
    other.press("Ja, zurückziehen")
    assert desk.entry(reference).status == "withdrawn"


def code_for_after(desk: Desk, other: Desk, address: str, reference: str) -> str:
    other.say(reference)
    return code_for(desk, address)


def test_a_link_from_the_mail_opens_the_entry_once(desk: Desk) -> None:
    reference = entered(desk, "Remscheid")
    settings = desk.work.settings.model_copy(
        update={"web": desk.work.settings.web.model_copy(update={"public_url": "https://chat.example/"})}
    )
    with desk.work.database.session() as session:
        (link,) = links_into_chat(session, settings, desk.entry(reference).id, now=desk.hands.now)
    token = link.removeprefix("https://chat.example/chat?start=")
    first, second = desk.other(), desk.other()
    first.command(f"start {token}")
    second.command(f"start {token}")
    assert (first.chat.entry_id, second.chat.entry_id) == (desk.entry(reference).id, None)
    assert re.fullmatch(r"[A-Za-z0-9_-]{1,64}", token)


def test_the_acknowledgement_has_no_link_where_no_channel_is_reachable(desk: Desk) -> None:
    entered(desk, "Gescher")
    assert "chat?start=" not in desk.mails("kim@gescher.example")[0].body_text


def test_reference_in_a_line_alone_asks_for_the_code(desk: Desk) -> None:
    assert desk.say("KP9-AAAAAA")[-1] == ASKED.format("KP9-AAAAAA")


def test_a_correction_can_take_a_value_out(desk: Desk) -> None:
    reference = entered(desk, "Traunreut")
    desk.send("go:correction")
    desk.press("Etwas ändern", "Telefon")
    summary = desk.press("Angabe löschen")[-1]
    desk.press("Ja, absenden")
    assert ("Telefon" in summary, desk.entry(reference).value("contact.phone")) == (False, None)


def test_a_value_that_is_taken_out_and_given_again_stays(desk: Desk) -> None:
    reference = entered(desk, "Kolbermoor")
    desk.send("go:correction")
    desk.press("Etwas ändern", "Telefon", "Angabe löschen", "Etwas ändern", "Telefon")
    desk.say("08031 2968-0")
    desk.press("Ja, absenden")
    assert desk.entry(reference).value("contact.phone") == "08031 2968-0"


def test_what_staff_set_is_not_taken_out_by_the_person(desk: Desk) -> None:
    reference = entered(desk, "Waldkraiburg")
    entry = desk.entry(reference)
    with desk.work.database.session() as session:
        staff_set(
            session, entry_id=entry.id, field="contact.phone", value="08071 105-0", expected_version=entry.version,
            actor="robin", now=NOW,
        )  # fmt: skip
    desk.send("go:correction")
    desk.press("Etwas ändern", "Telefon", "Angabe löschen", "Ja, absenden")
    assert desk.entry(reference).value("contact.phone") == "08071 105-0"
