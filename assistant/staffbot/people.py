"""Who pressed: a Telegram account of the settings' list, as an active user with the right to change entries."""

from klimapartner.assistant.console.roles import may
from klimapartner.assistant.errors import AssistantError
from klimapartner.assistant.settings_staff_bot import StaffBotSettings
from klimapartner.storage.engine import Session
from klimapartner.storage.users import find_user


class NotStaff(AssistantError):
    """Whoever pressed may not do this; the message is a key of the catalogue."""


def who_pressed(session: Session, settings: StaffBotSettings, account: int) -> str:
    """The name of the user behind a Telegram account.

    Raises:
        NotStaff: the account is tied to no active user, or the user may only read.
    """
    name = settings.people.get(account)
    user = find_user(session, name) if name else None
    if user is None or not user.active:
        raise NotStaff("press.unknown_person")
    if not may(user.role, "edit"):
        raise NotStaff("press.not_allowed")
    return user.name
