"""The settings of the chat channels: which office answers, and each channel's own."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from klimapartner.assistant.settings_secret import Secret


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Webhook(_Strict):
    """Where Telegram brings updates; without a URL they are fetched (long polling). A URL needs a secret."""

    url: str = ""
    secret: Secret = Secret()
    host: str = "127.0.0.1"
    port: int = 8443


class TelegramSettings(_Strict):
    """The public bot. Off unless decided otherwise: see the README on what supervisory authorities say."""

    mode: Literal["off", "faq", "intake"] = "off"
    token: Secret = Secret()
    api: str = "https://api.telegram.org"
    webhook: Webhook = Webhook()


class StaffBotSettings(_Strict):
    """The bot for staff: a closed list of chats."""

    on: bool = False
    token: Secret = Secret()
    api: str = "https://api.telegram.org"
    chats: list[int] = Field([], description="ids of the private chats or groups that may use it")
    personal_data: bool = Field(False, description="names, addresses and texts in private chats with staff")
    personal_data_in_groups: bool = Field(False, description="the same in groups")
    digest: str = Field("08:30", description="time of day in `timezone`")
    console: str = Field("http://127.0.0.1:8000", description="address that the links point at")


class WebSettings(_Strict):
    """Console, web chat and API."""

    host: str = "127.0.0.1"
    port: int = 8000
    public_url: str = Field("", description="address under which it is reached from outside, for links in mails")
    chat: bool = True
    embed: list[str] = Field([], description="origins whose pages may embed the web chat")
    messages_per_minute: int = Field(20, gt=0)
    behind_proxy: bool = False


class ChatSettings(_Strict):
    """What all channels share."""

    mailbox: str = Field("", description="whose call and office answer; empty: the first mailbox")
    legal_basis: dict[str, str] = Field({}, description="per language: on what the controller bases the intake")
    transcript_days: int = Field(180, gt=0)
