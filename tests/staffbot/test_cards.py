"""Cards of entries in the closed list of chats, and what their buttons do."""

import pytest
from staff_office import StaffOffice

from klimapartner.assistant.staffbot.cards import card_of
from klimapartner.storage.erase import erase_person
from klimapartner.storage.register import merge_entries, set_status
from klimapartner.storage.search import list_entries

BUTTONS = ["Bestätigen", "Nachfragen", "Zurückhalten", "In der Konsole öffnen"]


def test_a_new_entry_is_told_once_with_body_kind_and_link_and_nothing_else(office: StaffOffice) -> None:
    with office.run() as work:
        entry = office.write(work, "Herzogenaurach")
        (card,) = office.cards(office.erika)
    assert card.text == (
        f"Neue Interessenbekundung: unsicher gelesen, bitte prüfen\nHerzogenaurach\nEintrag {entry}, Status: neu"
    )
    assert list(card.labels) == BUTTONS
    assert card.buttons[1][0].url == f"https://skew.example/console/entries/{entry}"


def test_a_contact_is_shown_where_that_is_switched_on_and_never_kept_in_the_queue(office: StaffOffice) -> None:
    with office.run(personal_data="private") as work:
        office.write(work, "Herzogenaurach")
        (card,) = office.cards(office.erika)
        assert card.text.splitlines()[3] == "Kontakt: Kim Muster, kim@herzogenaurach.example"
        assert [line.text for line in office.lines(work, office.erika)] == [""]


def test_in_a_group_no_contact_is_shown_unless_switched_on_for_groups(office: StaffOffice) -> None:
    group = office.fake.group(office.bot, "Team", office.erika.members[0])
    with office.run(personal_data="private", groups=True, chats=[office.erika.id, group.id]) as work:
        office.write(work, "Herzogenaurach")
        private, public = office.cards(office.erika)[0], office.cards(group)[0]
    assert ("kim@" in private.text, "kim@" in public.text, "Kim" in public.text) == (True, False, False)


def test_confirming_reviews_the_entry_and_the_card_says_who_did_it(any_office: StaffOffice) -> None:
    office, number = any_office, any_office.enter(uncertain=True)
    with office.run() as work:
        (card,) = office.cards(office.erika)
        told = office.press(office.erika, "Bestätigen", card)
        edited = office.shown(office.erika, card, BUTTONS[1:])
        entry = office.entry(work, number)
        assert (entry.status, entry.uncertain) == ("in_review", False)
        assert office.deeds(work, number) == [("erika", "changed")] * 2 + [("erika", "confirmed")]
    assert told == "Bestätigt: der Eintrag ist in Prüfung und gilt als richtig gelesen."
    assert edited.text == (
        f"Interessenbekundung\nBonn\nEintrag {number}, Status: in Prüfung\n\n✓ Bestätigt von erika, 10.02.2022 09:00"
    )


def test_a_second_press_is_told_calmly_who_was_first(office: StaffOffice) -> None:
    number = office.enter()
    with office.run() as work:
        (card,) = office.cards(office.erika)
        office.press(office.erika, "Bestätigen", card)
        office.shown(office.erika, card, BUTTONS[1:])
        office.fake.forge(office.erika, f"confirm:{number}:1", card.id)
        office.fake.wait_for(lambda: len(office.fake.answers(office.erika)) == 2)
        assert office.deeds(work, number)[-1] == ("erika", "confirmed")
    assert office.fake.answers(office.erika)[-1]["text"] == "Das ist schon erledigt: erika, 10.02.2022 09:00."


def test_a_card_of_an_entry_that_changed_meanwhile_does_nothing_and_shows_the_new_state(office: StaffOffice) -> None:
    number = office.enter()
    with office.run() as work:
        (card,) = office.cards(office.erika)
        office.fake.forge(office.erika, f"confirm:{number}:99", card.id)
        office.fake.wait_for(lambda: office.fake.answers(office.erika))
        assert office.entry(work, number).status == "new"
    told = office.fake.answers(office.erika)[-1]["text"]
    assert told == "Der Eintrag hat sich inzwischen geändert. Die Karte zeigt jetzt den neuen Stand."


def test_asking_back_queues_a_mail_with_the_missing_details_and_only_one(any_office: StaffOffice) -> None:
    office = any_office
    with office.run() as work:
        office.write(work, "Herzogenaurach")
        (card,) = office.cards(office.erika)
        assert office.press(office.erika, "Nachfragen", card) == "Die Rückfrage geht hinaus."
        office.shown(office.erika, card, [BUTTONS[0], *BUTTONS[2:]])
        (mail,) = [row for row in office.outbox(work) if row.kind == "ask_back"]
    assert (mail.to_addr, mail.state) == ("kim@herzogenaurach.example", "queued")
    assert "1. Wünschen Sie eine Partnerkommune in Afrika, in Lateinamerika, oder sind Sie offen?" in mail.body_text


def test_asking_back_where_nobody_wrote_says_so(office: StaffOffice) -> None:
    office.enter()
    with office.run():
        (card,) = office.cards(office.erika)
        told = office.press(office.erika, "Nachfragen", card)
    assert told == "Hierzu gibt es keine Adresse, an die automatisch geschrieben werden darf."


def test_holding_keeps_the_answers_and_assigns_the_entry(any_office: StaffOffice) -> None:
    office = any_office
    with office.run() as work:
        number = office.write(work, "Herzogenaurach")
        (card,) = office.cards(office.erika)
        told = office.press(office.erika, "Zurückhalten", card)
        assert [row.state for row in office.outbox(work)] == ["held"]
        assert office.entry(work, number).assigned_to == "erika"
    assert told == "Zurückgehalten: der Eintrag ist Ihnen zugewiesen. Wartende Antworten: 1."


def test_who_is_not_on_the_list_of_people_or_may_only_read_cannot_press(office: StaffOffice) -> None:
    leo = office.fake.private(office.bot, office.fake.add_user("Leo"))
    max_ = office.fake.private(office.bot, office.fake.add_user("Max"))
    number = office.enter()
    chats, people = [office.erika.id, leo.id, max_.id], {str(leo.id): "leo"}
    with office.run(chats=chats, people=people) as work:
        told = [office.press(chat, "Bestätigen", office.cards(chat)[0]) for chat in (leo, max_)]
        assert office.entry(work, number).status == "new"
    assert told == [
        "Mit Ihrer Rolle können Sie Einträge hier nicht ändern.",
        "Dieses Telegram-Konto ist keiner Person des Teams zugeordnet (staff_bot.people).",
    ]


def test_what_one_does_is_shown_on_the_cards_of_all(office: StaffOffice) -> None:
    other = office.fake.private(office.bot, office.fake.add_user("Max"))
    office.enter()
    with office.run(chats=[office.erika.id, other.id]):
        (mine,), (theirs,) = office.cards(office.erika), office.cards(other)
        office.press(office.erika, "Bestätigen", mine)
        edited = office.shown(other, theirs, BUTTONS[1:])
    assert edited.text.endswith("✓ Bestätigt von erika, 10.02.2022 09:00")


def test_cards_follow_what_happens_elsewhere(office: StaffOffice) -> None:
    number = office.enter()
    with office.run() as work:
        (card,) = office.cards(office.erika)
        with work.database.session() as session:
            office.flag(work, number, session)
        text = "Neue Interessenbekundung: unsicher gelesen, bitte prüfen"
        office.fake.wait_for(lambda: office.fake.history(office.erika)[-1].text.startswith(text), timeout=20)
        assert office.fake.history(office.erika)[-1].id == card.id


def test_a_restart_and_a_second_process_send_no_card_again(any_office: StaffOffice) -> None:
    office = any_office
    office.enter()
    with office.run() as work, office.run(wait=False):
        office.cards(office.erika)
        office.enter("Köln", "05315000")
        office.cards(office.erika, 2)
        office.until_states(work, office.erika, "sent", "sent")
    with office.run() as work:
        office.enter("Essen", "05113000")
        office.cards(office.erika, 3)
    names = [card.text.splitlines()[1] for card in office.fake.sent(office.erika)]
    assert names == ["Bonn", "Köln", "Essen"]


def test_the_card_of_an_entry_that_was_merged_away_says_so_and_has_no_buttons(office: StaffOffice) -> None:
    kept, dropped = office.enter("Bonn", None), office.enter("Köln", None)
    with office.run() as work:
        first, second = office.cards(office.erika, 2)
        with work.database.session() as session:
            merge_entries(session, keep=kept, drop=dropped, actor="erika", now=office.hands.now)
        office.fake.forge(office.erika, f"confirm:{dropped}:1", second.id)
        edited = office.shown(office.erika, second, [])
    assert (edited.text, first.text.splitlines()[1]) == ("Diesen Eintrag gibt es nicht mehr.", "Bonn")
    assert office.fake.answers(office.erika)[-1]["text"] == "Diesen Eintrag gibt es nicht mehr."


def test_an_erasure_takes_the_contact_off_the_card(office: StaffOffice) -> None:
    with office.run(personal_data="everywhere") as work:
        office.write(work, "Herzogenaurach")
        (card,) = office.cards(office.erika)
        assert "Kontakt: Kim Muster" in card.text
        with work.database.session() as session:
            erase_person(session, address="kim@herzogenaurach.example", who="erika", now=office.hands.now)
        office.fake.wait_for(lambda: "Kim" not in office.fake.history(office.erika)[-1].text, timeout=20)


def test_an_entry_that_is_decided_on_has_no_buttons_any_more(office: StaffOffice) -> None:
    number = office.enter()
    with office.run() as work:
        (card,) = office.cards(office.erika)
        with work.database.session() as session:
            set_status(session, entry_id=number, status="complete", actor="lead", now=office.hands.now)
        office.shown(office.erika, card, ["In der Konsole öffnen"])
        office.fake.forge(office.erika, f"hold:{number}:1", card.id)
        office.fake.wait_for(lambda: office.fake.answers(office.erika), timeout=20)
    told = office.fake.answers(office.erika)[-1]["text"]
    assert told == "Der Eintrag ist schon weiter (vollständig). Bitte in der Konsole ansehen."


@pytest.mark.parametrize("url", ["", "http://127.0.0.1:8000", "http://localhost:8000"])
def test_without_an_address_that_others_reach_the_card_says_where_to_look(office: StaffOffice, url: str) -> None:
    office.enter()
    with office.work() as work:
        web = work.settings.web.model_copy(update={"public_url": url})
        settings = work.settings.model_copy(update={"web": web})
        with work.database.reading() as session:
            (entry,) = list_entries(session)
            card = card_of(session, settings, entry.id, group=False)
    assert card.text.splitlines()[3] == f"Ansehen: klimapartner register show {entry.reference}"
    assert [button.label for row in card.rows for button in row] == BUTTONS[:3]


def test_a_pile_of_old_entries_is_counted_and_not_sent_card_by_card(office: StaffOffice) -> None:
    office.enter()
    office.later(days=30)
    with office.run():
        office.enter("Köln", "05315000")
        (card,) = office.cards(office.erika)
    assert card.text.splitlines()[1] == "Köln"
