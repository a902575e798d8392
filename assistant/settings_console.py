"""The settings of the staff console: sessions, and the identity provider of the office, if there is one."""

from pydantic import Field

from klimapartner.assistant.settings_secret import Secret
from klimapartner.assistant.strict import Strict


class OidcSettings(Strict):
    """Signing in with the office's identity provider (OpenID Connect); empty: by password only."""

    issuer: str = Field("", description="address of the provider, before /.well-known/openid-configuration")
    client_id: str = ""
    client_secret: Secret = Secret()
    label: str = Field("Anmelden mit dem Konto des Hauses", description="what the button says")


class ConsoleSettings(Strict):
    """The pages for staff."""

    enabled: bool = True
    session_hours: float = Field(12, gt=0, description="after so long everybody signs in again")
    idle_minutes: float = Field(60, gt=0, description="so long without a page ends a session")
    second_factor: bool = Field(False, description="everybody needs a code from an app beside the password")
    accessibility_contact: str = Field("", description="mail address for barriers; empty: the controller")
    oidc: OidcSettings = OidcSettings()
