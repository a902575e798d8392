"""Transcripts are kept as long as the notice says, and no longer."""

from datetime import timedelta
from pathlib import Path

from chat_desk import NOW, Desk, Hands, chat_settings, entered

from klimapartner.assistant.chat_expiry import EVERY, forget_old_chats, forget_when_due
from klimapartner.assistant.workplace import open_workplace


def test_after_the_promised_days_the_transcript_is_gone_and_the_entry_stays(tmp_path: Path) -> None:
    hands = Hands()
    settings = chat_settings(f"sqlite:///{tmp_path}/chat.db", chat={"transcript_days": 30})
    with open_workplace(settings, lambda: hands.now) as work:
        desk = Desk(work, hands)
        reference = entered(desk, "Herzogenaurach")
        hands.now = NOW + timedelta(days=30)
        forget_old_chats(work)
        assert len(desk.lines) > 0
        hands.now += timedelta(seconds=1)
        forget_old_chats(work)
        assert desk.lines == []
        assert desk.entry(reference).value("contact.name") == "Kim Muster"


def test_it_is_done_every_six_hours(tmp_path: Path) -> None:
    hands = Hands()
    with open_workplace(chat_settings(f"sqlite:///{tmp_path}/chat.db"), lambda: hands.now) as work:
        done = [forget_when_due(work), forget_when_due(work)]
        hands.now += EVERY
        assert [*done, forget_when_due(work)] == [True, False, True]
