"""The settings of the chat channels: which office answers, and each channel's own."""

from typing import Literal

from pydantic import Field

from klimapartner.assistant.strict import Strict


class TelegramSettings(Strict):
    """What the public bot may do; off unless decided otherwise."""

    mode: Literal["off", "faq", "intake"] = "off"


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
