"""The form of an expression of interest, one rule a test; each on both kinds of database."""

import pytest
from chat_desk import Desk, reference_in

from klimapartner.assistant.workplace import Workplace
from klimapartner.storage.messages import list_messages, message_raw

NAME, MAIL = (
    "Wer ist bei Ihnen die Ansprechperson (Vor- und Nachname)?",
    "Unter welcher E-Mail-Adresse erreichen wir sie?",
)


def to_the_summary(desk: Desk, town: str, mail: str) -> list[str]:
    """Everything answered, nothing confirmed yet."""
    desk.say(f"Die Stadt {town} bekundet ihr Interesse.", "Unsere Partnerstadt ist Kaya in Burkina Faso")
    desk.press("Einverstanden, weiter")
    return desk.say(f"Kim Muster, {mail}, 09132 901128", "Wasser")


def test_a_confirmed_interest_stands_in_the_register_as_said_by_the_sender(desk: Desk) -> None:
    to_the_summary(desk, "Herzogenaurach", "kim@herzogenaurach.example")
    entry = desk.entry(reference_in(desk.press("Ja, absenden")))
    assert (entry.body_name, entry.ags) == ("Herzogenaurach", "09572132")
    assert (entry.partner_name, entry.partner_country, entry.value("world_region")) == ("Kaya", "BF", "africa")
    assert (entry.value("contact.name"), entry.value("contact.phone")) == ("Kim Muster", "09132 901128")
    assert (entry.late, entry.uncertain) == (False, False)
    assert {field.provenance for field in entry.fields.values()} == {"sender"}
    quotes = [item["text"] for item in entry.fields["world_region"].evidence if isinstance(item, dict)]
    assert quotes == ["Afrika"]


def test_what_was_said_becomes_a_stored_message_that_is_done(desk: Desk) -> None:
    to_the_summary(desk, "Ansbach", "kim@ansbach.example")
    desk.press("Ja, absenden")
    with desk.work.database.reading() as session:
        (stored,) = [m for m in list_messages(session) if m.conversation_id == desk.chat.conversation_id]
        raw = message_raw(session, stored.id).decode()
    assert (stored.mailbox, stored.state) == ("box", "done")
    assert raw.splitlines()[0] == "From: Kim Muster <kim@ansbach.example>"
    assert "- Die Stadt Ansbach bekundet ihr Interesse." in raw.splitlines()


def test_the_acknowledgement_goes_to_the_address_given(desk: Desk) -> None:
    to_the_summary(desk, "Bamberg", "kim@bamberg.example")
    reference = reference_in(desk.press("Ja, absenden"))
    (mail,) = desk.mails("kim@bamberg.example")
    assert (mail.kind, mail.state, mail.entry_id) == ("interest", "queued", desk.entry(reference).id)
    assert mail.body_text.splitlines()[0] == "Guten Tag Kim Muster,"


def test_the_same_limits_hold_as_for_mail(desk: Desk) -> None:
    for town in ("Coburg", "Hof", "Kulmbach"):
        other = desk.other()
        to_the_summary(other, town, "kim@viele.example")
        other.press("Ja, absenden")
    assert [mail.state for mail in desk.mails("kim@viele.example")] == ["queued", "queued", "queued"]


def test_nothing_personal_is_asked_before_the_notice(desk: Desk) -> None:
    told = desk.say("Wir, die Stadt Lüdenscheid, möchten mitmachen", "nein", "Afrika")
    assert told[-1].splitlines()[0] == "Bevor es um persönliche Angaben geht (Art. 13 DSGVO):"
    assert "Rechtsgrundlage: Art. 6 Abs. 1 Buchst. e DSGVO" in told[-1].splitlines()
    assert desk.press("Einverstanden, weiter") == [NAME]


def test_a_first_line_with_personal_data_calls_the_notice_at_once(desk: Desk) -> None:
    told = desk.say("Die Stadt Iserlohn möchte mitmachen. Kim Muster, kim@iserlohn.example, Tel. 02371 2170")
    assert told[-1].splitlines()[0] == "Bevor es um persönliche Angaben geht (Art. 13 DSGVO):"
    assert "contact.name" not in desk.chat.state["form"]["values"]
    desk.press("Einverstanden, weiter")
    assert desk.chat.state["form"]["values"]["contact.email"] == "kim@iserlohn.example"


def test_who_declines_leaves_nothing(desk: Desk) -> None:
    desk.say("Die Stadt Hemer möchte mitmachen. Kim Muster, kim@hemer.example")
    desk.press("Nein, danke")
    assert [line.who for line in desk.lines] == ["assistant"]
    assert desk.chat.state["form"] is None


def test_without_a_controller_nothing_personal_is_taken(desk: Desk) -> None:
    empty = desk.work.settings.model_copy(
        update={"controller": desk.work.settings.controller.model_copy(update={"name": ""})}
    )
    other = desk.other(work=Workplace(empty, desk.work.clock, desk.work.database))
    assert (
        other.say("Die Stadt Hemer möchte mitmachen")[1].split(":")[0] == "Angaben kann ich hier noch nicht aufnehmen"
    )
    assert other.chat.state["form"] is None


def test_telegram_takes_no_interest_unless_set_so(desk: Desk) -> None:
    other = desk.other(channel="telegram")
    assert other.say("Die Stadt Hemer möchte mitmachen")[-1].split(".")[0] == (
        "Auf diesem Kanal nehme ich keine Interessenbekundungen und keine persönlichen Daten an"
    )
    assert other.send("go:status")[-1].split(".")[0] == (
        "Auf diesem Kanal nehme ich keine Interessenbekundungen und keine persönlichen Daten an"
    )
    assert other.say("Bis wann ist die Frist?")[0].split(".")[0] == (
        "Die unverbindliche Interessenbekundung kann bis 31"
    )


def test_only_what_is_missing_is_asked(desk: Desk) -> None:
    asked = desk.say(
        "Die Stadt Ahlen hat noch keinen Partner und möchte in Afrika mitmachen. Kim Muster, kim@ahlen.example"
    )
    assert asked[-1].splitlines()[0] == "Bevor es um persönliche Angaben geht (Art. 13 DSGVO):"
    assert desk.press("Einverstanden, weiter") == ["Und unter welcher Telefonnummer (freiwillig)?"]


def test_an_ambiguous_name_is_asked_with_its_candidates(desk: Desk) -> None:
    desk.send("go:interest")
    assert desk.say("Halle")[0].split(" gibt")[0] == "„Halle“"
    labels = [button.label for row in desk.replies[-1].buttons for button in row]
    assert labels[-1] == "Keine davon" and len(labels) > 2
    assert (
        desk.say("Saale")[0].split(",")[0]
        == "Haben Sie bereits eine Partnerkommune in Afrika oder Lateinamerika oder Kontakte dorthin"
    )
    assert desk.chat.state["form"]["values"]["municipality"]["ags"] == "15002000"


def test_a_pressed_candidate_is_the_municipality(desk: Desk) -> None:
    desk.send("go:interest")
    desk.say("Neuenkirchen")
    desk.press("Neuenkirchen, Heidekreis")
    assert desk.chat.state["form"]["values"]["municipality"]["ags"] == "03358017"


@pytest.mark.parametrize(
    ("said", "status", "partner"),
    [
        ("nein", "none", None),
        ("noch nicht", "none", None),
        ("nein, haben wir nicht", "none", None),
        ("Nein, aber in Planung", None, None),
        ("in Planung", "planned", None),
        ("ja", "existing", None),
        ("ja, mit Kaya in Burkina Faso", "existing", {"municipality": "Kaya", "country": "BF"}),
    ],
)
def test_answers_on_the_partnership(desk: Desk, said: str, status: str | None, partner: dict[str, str] | None) -> None:
    desk.say("Die Stadt Unna möchte mitmachen", said)
    values = desk.chat.state["form"]["values"]
    assert (values.get("partnership_status"), values.get("partner")) == (status, partner)


def test_a_village_is_kept_as_written_and_its_country_asked(desk: Desk) -> None:
    desk.say("Die Stadt Werl möchte mitmachen", "ja")
    assert desk.say("Oberquellbach") == ["In welchem Land liegt die Partnerkommune?"]
    desk.say("Ruanda")
    values = desk.chat.state["form"]["values"]
    assert values["partner"] == {"municipality": "Oberquellbach", "country": "RW"}
    assert values["world_region"] == "africa"


def test_another_region_is_explained(desk: Desk) -> None:
    desk.say("Die Stadt Soest möchte mitmachen", "nein")
    assert (
        desk.say("Asien")[0].split(".")[0] == "In diesem Aufruf geht es um Partnerkommunen in Afrika und Lateinamerika"
    )


def test_wrong_values_are_explained_twice_then_a_person_is_offered(desk: Desk) -> None:
    desk.say("Die Stadt Hamm möchte mitmachen", "nein", "egal", "ja")
    desk.say("Kim Muster")
    first, second, third = desk.say("asdf"), desk.say("qwer"), desk.say("yxcv")
    assert (
        first
        == second
        == ["Das ist keine vollständige E-Mail-Adresse. Sie braucht ein @ und eine Domain, zum Beispiel name@stadt.de."]
    )
    assert third[0].split(".")[0] == "Das bekomme ich so nicht hin"
    assert [b.label for row in desk.replies[-1].buttons for b in row] == ["Mit einer Person sprechen", "Abbrechen"]
    assert desk.say("kim@hamm.example") == ["Und unter welcher Telefonnummer (freiwillig)?"]


def test_a_body_that_no_list_has_stays_as_written_and_is_marked_uncertain(desk: Desk) -> None:
    desk.send("go:interest")
    desk.say("Zweckverband Nirgendau", "Zweckverband Nirgendau", "Zweckverband Nirgendau")
    desk.press("So übernehmen, wie ich es geschrieben habe", "noch kein Partner", "Afrika", "Einverstanden, weiter")
    desk.say("Kim Muster, kim@nirgendau.example", "nein", "nein")
    entry = desk.entry(reference_in(desk.press("Ja, absenden")))
    assert (entry.body_name, entry.ags, entry.uncertain) == ("Zweckverband Nirgendau", None, True)


def test_a_question_in_between_is_answered_and_the_form_goes_on(desk: Desk) -> None:
    desk.say("Die Stadt Bocholt möchte mitmachen", "nein", "egal", "ja")
    replies = desk.say("Bis wann ist die Frist?")
    assert [reply.split(".")[0] for reply in replies] == ["Die unverbindliche Interessenbekundung kann bis 31", NAME]
    replies = desk.say("Welche Impfungen brauche ich?")
    assert replies == ["Das weiß ich nicht. Soll eine Person aus dem Team antworten?", NAME]
    assert desk.say("Kim Muster") == [MAIL]


@pytest.mark.parametrize("step", ["", "nein", "egal"])
def test_cancel_and_start_always_win(desk: Desk, step: str) -> None:
    desk.say("Die Stadt Rheine möchte mitmachen", *([step] if step else []))
    assert desk.say("abbrechen")[0].split(".")[0] == "Abgebrochen"
    desk.say("Die Stadt Rheine möchte mitmachen")
    assert desk.command("start")[0].split("!")[0] == "Guten Tag"
    assert desk.chat.state["form"] is None


def test_an_edited_line_corrects_the_last_answer(desk: Desk) -> None:
    desk.say("Die Stadt Emsdetten möchte mitmachen", "nein", "Afrika")
    desk.edit("Lateinamerika")
    assert desk.chat.state["form"]["values"]["world_region"] == "latin_america"


def test_the_summary_can_be_changed_in_own_words(desk: Desk) -> None:
    to_the_summary(desk, "Dülmen", "kim@duelmen.example")
    desk.say("Die Telefonnummer ist 02594 12345")
    assert desk.chat.state["form"]["values"]["contact.phone"] == "02594 12345"
    assert desk.chat.state["form"]["asked"] == "summary"


def test_an_old_button_says_so_and_asks_again(desk: Desk) -> None:
    to_the_summary(desk, "Lengerich", "kim@lengerich.example")
    desk.press("Ja, absenden")
    assert desk.send("save") == ["Dieser Knopf gehört zu einer früheren Frage."]
    assert len(desk.mails("kim@lengerich.example")) == 1


@pytest.mark.parametrize(
    "value", ["set:world_region:mars", "set:contact.name:x", "edit:nothing", "pick:1", "x", "faq:x", "lang:xx"]
)
def test_forged_buttons_do_nothing(desk: Desk, value: str) -> None:
    desk.say("Die Stadt Greven möchte mitmachen")
    before = desk.chat.state["form"]
    assert desk.send(value)[0] == "Dieser Knopf gehört zu einer früheren Frage."
    assert desk.chat.state["form"]["values"] == before["values"]


def test_a_stranger_does_not_change_the_entry_of_another(desk: Desk) -> None:
    to_the_summary(desk, "Steinfurt", "kim@steinfurt.example")
    entry = desk.entry(reference_in(desk.press("Ja, absenden")))
    stranger = desk.other()
    to_the_summary(stranger, "Steinfurt", "fremd@anderswo.example")
    told = stranger.press("Ja, absenden")
    assert reference_in(told) != entry.reference
    assert stranger.chat.entry_id is None
    assert desk.entry(entry.reference) == entry
    assert [task.kind for task in stranger.tasks] == ["proposal"]


def test_after_the_deadline_it_is_said_and_noted(desk: Desk) -> None:
    desk.hands.now = desk.hands.now.replace(month=4, day=5)
    told = desk.say("Die Stadt Wesel möchte mitmachen")
    assert told[1].split("(")[0] == "Vorab: Die Frist ist abgelaufen "
    desk.say("nein", "egal", "ja", "Kim Muster, kim@wesel.example", "nein", "nein")
    told = desk.press("Ja, absenden")
    assert told[0].split("\n\n")[1].split("(")[0] == "Die Frist ist abgelaufen "
    assert desk.entry(reference_in(told)).late is True


def test_the_form_goes_on_after_a_restart(desk: Desk) -> None:
    desk.say("Die Stadt Vreden möchte mitmachen", "nein", "egal", "ja")
    again = desk.other(address=desk.address, work=Workplace(desk.work.settings, desk.work.clock, desk.work.database))
    assert again.say("Kim Muster") == [MAIL]


def test_button_values_fit_into_telegrams_64_bytes(desk: Desk) -> None:
    to_the_summary(desk, "Olfen", "kim@olfen.example")
    desk.press("Etwas ändern")
    values = [button.value for reply in desk.replies for row in reply.buttons for button in row]
    assert [value for value in values if not value.isascii() or len(value) > 60] == []


@pytest.mark.parametrize("town", ["Schwäbisch Gmünd", "Bad Kreuznach", "Rothenburg ob der Tauber"])
def test_a_town_of_two_words_is_not_the_contact(desk: Desk, town: str) -> None:
    desk.command("start")
    desk.press("Interesse bekunden")
    desk.say(town)
    desk.press("noch kein Partner")
    desk.say("Afrika")
    assert desk.press("Einverstanden, weiter") == ["Wer ist bei Ihnen die Ansprechperson (Vor- und Nachname)?"]
