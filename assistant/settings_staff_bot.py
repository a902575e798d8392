"""The settings of the Telegram bot for staff: a closed list of chats, and what may be said there."""

from typing import Literal, Self

from pydantic import Field, model_validator

from klimapartner.assistant.settings_secret import Secret
from klimapartner.assistant.strict import Strict


class StaffBotSettings(Strict):
    """Off while no token is set. A chat that is not listed learns nothing."""

    token: Secret = Secret()
    api_url: str = Field("https://api.telegram.org", description="the Bot API; another address for an own server")
    chats: list[int] = Field([], description="numbers of the chats that are served; groups have negative ones")
    groups: bool = Field(False, description="groups may be listed, too")
    people: dict[int, str] = Field({}, description="number of a Telegram account: name of the user who presses there")
    personal_data: Literal["off", "private", "everywhere"] = Field("off", description="where contacts are shown")
    language: Literal["de", "en"] = "de"
    digest_hour: int = Field(8, ge=0, le=23, description="in the settings' time zone")
    reminder_days: list[int] = Field([7, 1, 0], description="so many days before a date of the call")
    alarms: bool = Field(True, description="what the administrator is told by mail is told here, too")
    messages_per_minute: float = Field(20, gt=0, description="per chat; Telegram allows 20 in a group")

    @model_validator(mode="after")
    def _closed_list(self) -> Self:
        if self.token.is_set and not self.chats:
            raise ValueError("chats fehlt: ohne geschlossene Liste der Chats startet der Bot des Teams nicht")
        if not self.groups and any(chat < 0 for chat in self.chats):
            raise ValueError("chats nennt eine Gruppe (negative Nummer); Gruppen brauchen groups = true")
        if any(days < 0 for days in self.reminder_days):
            raise ValueError("reminder_days zählt Tage vor einem Termin und ist nie negativ")
        return self
