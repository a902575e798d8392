"""Whole conversations through the fake Bot API server, by HTTP and with the real aiogram."""

from bot_office import Office, Say

from klimapartner.assistant.fakes.botapi_values import Chat


def test_a_greeting_says_that_it_is_a_machine_and_shows_the_menu(office: Office, ada: Chat, say: Say) -> None:
    with office.run():
        (greeting,) = say(ada, "/start")
    assert greeting.text.splitlines()[0] == (
        "Guten Tag! Ich bin der automatische Assistent von „Kommunale Klimapartnerschaften“, ein Programm und kein "
        "Mensch. Ich beantworte Fragen zum Aufruf „Kommunale Klimapartnerschaften, neunte Phase“ und nehme "
        "Interessenbekundungen auf."
    )
    assert greeting.labels == (
        "Interesse bekunden", "Zum Workshop anmelden", "Mein Eintrag", "Mit einer Person sprechen",
        "Sprache / Language",
    )  # fmt: skip
