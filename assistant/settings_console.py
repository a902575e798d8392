"""The settings of the staff console: sessions, and the identity provider of the office, if there is one."""

from typing import Self
from urllib.parse import urlsplit

from pydantic import Field, model_validator

from klimapartner.assistant.settings_secret import Secret
from klimapartner.assistant.strict import Strict

LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


class OidcSettings(Strict):
    """Signing in with the office's identity provider (OpenID Connect); empty: by password only."""

    issuer: str = Field("", description="address of the provider, before /.well-known/openid-configuration")
    client_id: str = ""
    client_secret: Secret = Secret()
    label: str = Field("Anmelden mit dem Konto des Hauses", description="what the button says")

    @model_validator(mode="after")
    def _keeps_its_secrets(self) -> Self:
        parts = urlsplit(self.issuer)
        if self.issuer and parts.scheme != "https" and parts.hostname not in LOOPBACK:
            raise ValueError("issuer muss mit https:// beginnen")
        if self.issuer and not self.client_id:
            raise ValueError("issuer braucht auch client_id, wie beim Anmeldedienst eingetragen")
        return self


class ConsoleSettings(Strict):
    """The pages for staff."""

    enabled: bool = True
    session_hours: float = Field(12, gt=0, description="after so long everybody signs in again")
    idle_minutes: float = Field(60, gt=0, description="so long without a page ends a session")
    second_factor: bool = Field(False, description="everybody needs a code from an app beside the password")
    second_factor_key: Secret = Field(Secret(), description="encrypts the secrets of second factors; 32 signs or more")
    former_second_factor_keys: tuple[Secret, ...] = Field((), description="keys before it, until all is encrypted anew")
    privacy_text: dict[str, str] = Field({}, description="per language: what staff are told about their own data")
    accessibility_contact: str = Field("", description="mail address for barriers; empty: the controller")
    accessibility_enforcement: str = Field("", description="who enforces accessibility; empty: the federal body")
    oidc: OidcSettings = OidcSettings()

    @model_validator(mode="after")
    def _can_keep_second_factors(self) -> Self:
        if self.second_factor and not self.second_factor_key.is_set:
            raise ValueError("second_factor = true braucht second_factor_key (`openssl rand -base64 32` macht einen)")
        return self
