"""The settings: one TOML file, every value overridable by the environment, secrets in files of their own."""

import os
import tomllib
from datetime import datetime
from pathlib import Path
from typing import Any, Literal, Self

from pydantic import Field, ValidationError, model_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from klimapartner.assistant.errors import SettingsError
from klimapartner.assistant.settings_api import ApiSettings
from klimapartner.assistant.settings_chat import ChatSettings, TelegramSettings, WebSettings
from klimapartner.assistant.settings_console import ConsoleSettings
from klimapartner.assistant.settings_privacy import ErasureSettings, RetentionSettings
from klimapartner.assistant.settings_secret import Secret
from klimapartner.assistant.settings_staff_bot import StaffBotSettings
from klimapartner.assistant.strict import Strict

FREEMAIL = [
    "aol.com", "freenet.de", "gmail.com", "gmx.de", "gmx.net", "googlemail.com", "hotmail.com", "icloud.com",
    "mail.de", "mailbox.org", "outlook.com", "outlook.de", "posteo.de", "t-online.de", "web.de", "yahoo.com",
    "yahoo.de",
]  # fmt: skip


class Auth(Strict):
    """How to log in: a password, or XOAUTH2 of Microsoft 365 (client credentials) or Gmail (refresh token)."""

    method: Literal["password", "microsoft", "gmail"] = "password"
    secret: Secret = Secret()
    tenant: str = ""
    client_id: str = ""
    refresh_token: Secret = Secret()
    token_url: str = ""
    secret_expires: datetime | None = None


class Server(Strict):
    """A mail server. `tls` is tls (from the first byte), starttls, or none (loopback only)."""

    host: str
    port: int
    tls: Literal["tls", "starttls", "none"] = "tls"
    user: str = ""
    auth: Auth = Auth()
    timeout: float = Field(60, gt=0, description="seconds for every command")

    @model_validator(mode="after")
    def _plain_only_at_home(self) -> Self:
        if self.tls == "none" and self.host not in {"localhost", "127.0.0.1", "::1"}:
            raise ValueError(
                f'tls = "none" schickt das Passwort unverschlüsselt an {self.host}; bitte tls oder starttls'
            )
        return self


class MailboxSettings(Strict):
    """One mailbox that is watched, and how its answers leave."""

    address: str
    aliases: list[str] = Field([])
    display_name: str = "Kommunale Klimapartnerschaften"
    call: str = "phase09"
    imap: Server
    smtp: Server
    folder: str = "INBOX"
    done_folder: str = Field("", description="handled mail is moved there; empty: it stays")
    failed_folder: str = Field("", description="dead letters are moved there; empty: they stay")
    poll_seconds: float = Field(120, gt=0)
    size_limit: int = Field(40_000_000, gt=0, description="bytes; of larger mails only the headers are read")
    fetch_attempts: int = Field(5, gt=0, description="after so many a mail that cannot be fetched is a dead letter")
    sent_folder: str = Field("", description="where staff's own answers lie; empty: found by its special use")
    watch_sent: bool = Field(True, description="staff's own answers stop automatic ones")
    envelope: Literal["mailbox", "verp", "null"] = "mailbox"


class Controller(Strict):
    """Who is responsible for the data (Art. 4(7) GDPR), and what is told to the persons concerned (Art. 13)."""

    name: str = ""
    contact: str = ""
    privacy_text: dict[str, str] = Field({})
    privacy_url: str = ""

    @property
    def complete(self) -> bool:
        return bool(self.name and self.privacy_text.get("de"))


class Limits(Strict):
    """How many automatic answers are sent at the most; what is over is held and told to staff."""

    thread_hours: int = Field(24, gt=0, description="one answer of a kind per thread in this time")
    address_per_day: int = Field(3, gt=0)
    domain_per_hour: int = Field(30, gt=0)
    total_per_hour: int = Field(300, gt=0)
    freemail: list[str] = Field(FREEMAIL, description="domains without the limit per domain")


class Alarms(Strict):
    """When the administrator gets a mail: at most one an hour of each kind, the same again after a day."""

    no_poll_minutes: int = Field(30, gt=0, description="nothing fetched from a mailbox for so long")
    secret_days: int = Field(30, gt=0, description="so long before a secret expires")


class Answers(Strict):
    """How answers are made."""

    hold_all: bool = Field(False, description="every answer waits for staff")
    certain: float = Field(0.75, ge=0, le=1, description="what is less sure is not stated, but asked")
    answer_within: int = Field(3, gt=0, description="working days after which a person answers")
    templates: Path | None = Field(None, description="folder with own texts, looked at before the shipped ones")


class Settings(BaseSettings):
    """All settings. In the environment, for example: KLIMAPARTNER_MAILBOXES__SKEW__IMAP__HOST=imap.example.org"""

    model_config = SettingsConfigDict(
        env_prefix="KLIMAPARTNER_", env_nested_delimiter="__", extra="forbid", frozen=True, env_ignore_empty=True
    )

    database: str = Field("sqlite:///klimapartner.db", repr=False)
    timezone: str = "Europe/Berlin"
    now: datetime | None = Field(None, description="a clock that starts then, for demo and tests")
    answer_since: datetime | None = Field(None, description="older mail is stored and read, never answered")
    call_folders: list[Path] = []
    readers: int = Field(0, ge=0, le=64, description="processes of `run` that read; 0: by cores and memory, 4 at most")
    administrator: str = Field("", description="mail address for alarms and the test mail of doctor")
    controller: Controller = Controller()
    answers: Answers = Answers()
    limits: Limits = Limits()
    alarms: Alarms = Alarms()
    mailboxes: dict[str, MailboxSettings] = {}
    chat: ChatSettings = ChatSettings()
    telegram: TelegramSettings = TelegramSettings()
    staff_bot: StaffBotSettings = StaffBotSettings()
    web: WebSettings = WebSettings()
    console: ConsoleSettings = ConsoleSettings()
    api: ApiSettings = ApiSettings()
    retention: RetentionSettings = RetentionSettings()
    erasure: ErasureSettings = ErasureSettings()

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return env_settings, init_settings

    @model_validator(mode="after")
    def _times_have_a_zone(self) -> Self:
        for name in ("now", "answer_since"):
            value = getattr(self, name)
            if value is not None and value.tzinfo is None:
                raise ValueError(f"{name} braucht eine Zeitzone, z. B. 2022-02-01T00:00:00+01:00")
        return self

    def missing_to_send(self) -> list[str]:
        """The names of what must be set before anything is sent."""
        missing = ["answer_since"] if self.answer_since is None else []
        missing += [] if self.controller.name else ["controller.name"]
        return missing + ([] if self.controller.privacy_text.get("de") else ["controller.privacy_text.de"])

    @property
    def own_addresses(self) -> tuple[str, ...]:
        """Every address that is ours, in lower case."""
        boxes = self.mailboxes.values()
        return tuple(
            a.lower() for box in boxes for a in (box.address, *box.aliases, box.imap.user, box.smtp.user) if "@" in a
        )


def settings_path() -> Path:
    """Where the settings are: $KLIMAPARTNER_CONFIG, else ./klimapartner.toml."""
    return Path(os.environ.get("KLIMAPARTNER_CONFIG", "klimapartner.toml"))


def load_settings(path: Path) -> Settings:
    """Read the settings file; the environment overrides it.

    Raises:
        SettingsError: the file is missing or not TOML, or a key is unknown or wrong.
    """
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise SettingsError(f"Unter {path} gibt es keine Einstellungen; `klimapartner init` schreibt sie.") from error
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"{path} ist kein gültiges TOML: {error}.") from error
    return make_settings(data, where=str(path), base=path.parent)


def make_settings(data: dict[str, Any], *, where: str, base: Path) -> Settings:
    """Settings from parsed TOML; paths in it are relative to `base`.

    Raises:
        SettingsError: a key is unknown or a value wrong.
    """
    try:
        return Settings(**_with_base(data, base))
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"]) or "settings"
        message = (
            "diese Einstellung gibt es nicht"
            if first["type"] == "extra_forbidden"
            else first["msg"].removeprefix("Value error, ")
        )
        # Without its cause, which quotes what was given: a password beside the mistake, for example.
        raise SettingsError(f"{where}: {place}: {message}; siehe klimapartner.example.toml.") from None


_PATHS = {"file", "templates", "journal"}


def _with_base(value: Any, base: Path, key: str = "") -> Any:
    """The same data with relative paths made absolute, so that a service finds its files from any folder."""
    if isinstance(value, dict):
        return {name: _with_base(inner, base, name) for name, inner in value.items()}
    if key == "call_folders" and isinstance(value, list):
        return [base / str(item) for item in value]
    if isinstance(value, list):
        return [_with_base(inner, base, key) for inner in value]
    if key == "database" and isinstance(value, str) and value.startswith("sqlite:///") and value[10:11] != "/":
        return f"sqlite:///{(base / value[10:]).resolve()}"
    return base / value if key in _PATHS and isinstance(value, str) else value
