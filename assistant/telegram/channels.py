"""The names under which Telegram's chats are kept: a person's own chat, and a group, which has a way of its own."""

from klimapartner.assistant.dialogue.in_public import GROUP

PRIVATE = "telegram"
CHANNELS = (PRIVATE, GROUP)


def channel_of(chat_id: int) -> str:
    """The channel of a chat: groups and channels have negative ids. Source: Bot API, section "Chat"."""
    return PRIVATE if chat_id > 0 else GROUP
