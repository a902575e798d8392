"""The settings of the chat channels: which office answers, and each channel's own."""

from typing import Literal, Self
from urllib.parse import urlsplit

from pydantic import Field, model_validator

from klimapartner.assistant.settings_secret import Secret
from klimapartner.assistant.strict import Strict


class TelegramSettings(Strict):
    """What the public bot may do; off unless decided otherwise."""

    mode: Literal["off", "faq", "intake"] = "off"
    token: Secret = Secret()
    api_url: str = Field("https://api.telegram.org", description="the Bot API; another address for an own server")
    webhook_url: str = Field("", description="public https address that Telegram calls; empty: long polling")
    webhook_secret: Secret = Secret()
    webhook_host: str = "127.0.0.1"
    webhook_port: int = Field(8081, ge=0, le=65535)
    messages_per_second: float = Field(25, gt=0, description="of the whole bot; Telegram allows about 30")

    @property
    def webhook_path(self) -> str:
        """The path under which the webhook is answered."""
        return urlsplit(self.webhook_url).path or "/"

    @model_validator(mode="after")
    def _no_door_without_a_key(self) -> Self:
        if self.mode != "off" and not self.token.is_set:
            raise ValueError("mode braucht einen Token (von @BotFather): token = { file = … }")
        if self.webhook_url and not self.webhook_secret.is_set:
            raise ValueError("webhook_url braucht webhook_secret = { file = … }: sonst kann jeder Nachrichten fälschen")
        here = urlsplit(self.webhook_url).hostname in ("localhost", "127.0.0.1", "::1")
        if self.webhook_url and not here and not self.webhook_url.startswith("https://"):
            raise ValueError("webhook_url muss mit https:// beginnen")
        return self


class WebSettings(Strict):
    """Console, web chat and API."""

    host: str = "127.0.0.1"
    port: int = 8000
    public_url: str = Field("", description="address under which it is reached from outside, for links in mails")
    chat: bool = True
    embed: list[str] = Field([], description="origins whose pages may embed the web chat")
    messages_per_minute: int = Field(20, gt=0)
    behind_proxy: bool = False


class ChatSettings(Strict):
    """What all channels share."""

    mailbox: str = Field("", description="whose call and office answer; empty: the first mailbox")
    legal_basis: dict[str, str] = Field({}, description="per language: on what the controller bases the intake")
    transcript_days: int = Field(180, gt=0)
