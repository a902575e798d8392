"""How the bot presents itself, links from the acknowledgement, questions only, and what doctor says."""

import json
from pathlib import Path

import pytest
from bot_office import Office, Running, Say
from chat_desk import reference_in

from klimapartner.assistant.chat_links import links_into_chat
from klimapartner.assistant.dialogue.catalogue import command_texts
from klimapartner.assistant.dialogue.commands import COMMANDS
from klimapartner.assistant.doctor import examine
from klimapartner.assistant.fakes import botapi_faults as faults
from klimapartner.assistant.fakes.botapi_values import Chat
from klimapartner.assistant.faq import faq_texts
from klimapartner.assistant.languages import language_of
from klimapartner.storage.search import entry_by_reference


def test_commands_and_descriptions_are_told_in_every_language(office: Office) -> None:
    with office.run():
        office.fake.wait_for(lambda: office.fake.polling(office.bot))
    fake, bot = office.fake, office.bot
    private, words = "all_private_chats", {}
    for code in ("de", "en", "fr", "es", "pt"):
        words[code] = fake.commands(bot, code, "all_group_chats")["privacy"]
    assert sorted(fake.commands(bot, "de", private)) == sorted(COMMANDS)
    assert fake.commands(bot, "fr", private)["cancel"] == command_texts("fr")["cancel"]
    assert words == {
        "de": "Datenschutz", "en": "Data protection", "fr": "Protection des données", "es": "Protección de datos",
        "pt": "Proteção de dados",
    }  # fmt: skip
    assert sorted(fake.descriptions(bot)) == sorted(fake.short_descriptions(bot)) == ["", "de", "en", "es", "fr", "pt"]


def test_where_only_questions_are_answered_the_menu_has_no_status(office: Office) -> None:
    with office.run(mode="faq"):
        pass
    assert "status" not in office.fake.commands(office.bot, "de", "all_private_chats")


def test_what_did_not_change_is_not_told_again(office: Office) -> None:
    for _ in range(2):
        with office.run():
            pass
    assert len(office.fake.calls("setMyDescription")) == 6


def test_a_refused_profile_keeps_the_bot_from_nothing(office: Office, ada: Chat, say: Say) -> None:
    office.fake.fail(faults.flood(3600), method="setMyCommands")
    with office.run():
        say(ada, "/start")


def test_a_link_from_the_acknowledgement_opens_the_chat_of_the_entry_once(office: Office, ada: Chat, say: Say) -> None:
    ben = office.fake.private(office.bot, office.fake.add_user("Ben", language="de"))
    with office.run() as running:
        say(ada, "/start")
        say(ada, "Die Stadt Herzogenaurach bekundet ihr Interesse.")
        say(ada, "Unsere Partnerstadt ist Kaya in Burkina Faso")
        office.fake.press(ada, "Einverstanden, weiter")
        office.fake.wait_sent(ada, 4, timeout=15)
        say(ada, "Kim Muster, kim@herzogenaurach.example, 09132 901128")
        say(ada, "Wasser")
        office.fake.press(ada, "Ja, absenden")
        office.fake.wait_sent(ada, 7, timeout=15)
        reference = reference_in(office.fake.texts(ada))
        with running.work.database.session() as session:
            entry = entry_by_reference(session, reference)
            assert entry is not None
            (link,) = links_into_chat(session, running.work.settings, entry.id, now=running.work.clock())
        address, _, token = link.partition("?start=")
        office.fake.open_link(ben, token)
        *_, linked = office.fake.wait_sent(ben, 2, timeout=15)
        office.fake.open_link(ben, token)
        office.fake.wait_sent(ben, 3, timeout=15)
    assert (address, len(token) <= 64, reference in link) == ("https://t.me/klima_bot", True, False)
    assert linked.text == (
        f"Dieser Chat ist jetzt mit Ihrem Eintrag {reference} verbunden. Sie können den Stand abfragen, etwas "
        "berichtigen oder den Eintrag zurückziehen."
    )
    assert len(office.fake.sent(ben)) == 3


@pytest.mark.parametrize("line", ["Die Stadt Herzogenaurach bekundet ihr Interesse.", "/status"])
def test_where_only_questions_are_answered_no_data_are_taken(office: Office, ada: Chat, say: Say, line: str) -> None:
    with office.run(mode="faq") as running:
        (greeting,) = say(ada, "/start")
        (reply,) = say(ada, line)
        state = running.chats[0].state
    assert greeting.labels == ("Mit einer Person sprechen", "Sprache / Language")
    assert reply.text.startswith("Auf diesem Kanal nehme ich keine Interessenbekundungen und keine persönlichen Daten")
    assert state["form"] is None


def test_privacy_says_whose_servers_a_message_passes(office: Office, ada: Chat, say: Say) -> None:
    with office.run():
        say(ada, "/start")
        (reply,) = say(ada, "/privacy")
    assert (
        "Telegram verarbeitet Ihre Nachrichten auf eigenen Servern und nach eigenen Regeln, ohne "
        "Ende-zu-Ende-Verschlüsselung zwischen Ihnen und uns. Ohne Telegram erreichen Sie uns unter "
        "office@engagement-global.example."
    ) in reply.text.splitlines()


@pytest.mark.parametrize(
    ("language", "first"),
    [("en-GB", "Hello!"), ("fr", "Bonjour"), ("es", "¡Buenos"), ("pt-br", "Bom"), ("tr", "Guten"), (None, "Guten")],
)
def test_it_greets_in_the_language_of_the_app(office: Office, say: Say, language: str | None, first: str) -> None:
    chat = office.fake.private(office.bot, office.fake.add_user("Ada", language=language))
    with office.run():
        (greeting,) = say(chat, "/start")
    assert greeting.text.split()[0] == first


def findings(office: Office) -> dict[str, tuple[bool, str]]:
    with office.work() as work:
        return {found.name: (found.well, found.text) for found in examine(work, send_test_mail=False)}


def test_doctor_says_whether_the_bot_hears(office: Office) -> None:
    never = findings(office)["Telegram"]
    with office.run() as running:
        office.fake.wait_for(lambda: running.work.database and office.fake.polling(office.bot))
        office.fake.say(office.fake.private(office.bot, office.fake.add_user("B")), "Hallo")
        office.fake.wait_for(lambda: office.fake.pending(office.bot) == 0, timeout=15)
    well = findings(office)["Telegram"]
    office.ahead = office.ahead.__class__(minutes=7)
    deaf = findings(office)["Telegram"]
    assert never == (
        True,
        "@klima_bot, intake, Abruf, 0 Nachrichten warten, lief noch nie; `klimapartner run` startet ihn",
    )
    assert well == (True, "@klima_bot, intake, Abruf, 0 Nachrichten warten, hört")
    assert deaf == (False, "Der Bot hört seit 7 Minuten nichts mehr; läuft `klimapartner run`?")


def test_doctor_says_what_is_wrong_with_the_token(office: Office) -> None:
    office.settings = {"token": {"value": "12:falsch"}}
    assert findings(office)["Telegram"] == (
        False, "Telegram kennt den Token nicht (401); bitte telegram.token prüfen.",
    )  # fmt: skip


@pytest.mark.shared
def test_the_dev_chat_lines_are_answered_as_ask_does(office: Office, shared: Path) -> None:
    rows = [json.loads(line) for line in (shared / "gold/dev/chat.jsonl").read_text(encoding="utf-8").splitlines()]
    fake = office.fake
    chats = {row["id"]: fake.private(office.bot, fake.add_user(row["id"])) for row in rows}
    with office.run(messages_per_second=100_000) as running:
        for row in rows:
            fake.say(chats[row["id"]], row["text"])
        fake.wait_for(lambda: all(len(running.states(chat)) > 0 for chat in chats.values()), timeout=120)
        for chat in chats.values():
            running.until_settled(chat, timeout=60)
        languages = {chat.address: chat.language for chat in running.chats}
        told = {name: ids_told(running, fake.texts(chat), languages[str(chat.id)]) for name, chat in chats.items()}
        reader = running.work.chat_office.reader
        assert told == {row["id"]: set(reader.ask(row["text"]).faq) for row in rows}


def ids_told(running: Running, texts: list[str], code: str) -> set[str]:
    """The FAQ ids whose answers stand in the replies."""
    office, language, squeezed = running.work.chat_office, language_of(code), "".join("".join(texts).split())
    found = set()
    for name in office.call.faq[language]:
        (item,) = faq_texts(office.call, office.texts, office.settings.controller, language, [name])
        if "".join(item["answer"].split()) in squeezed:
            found.add(name)
    return found
