"""What doctor looks at in the console: is it reached by TLS, is there somebody to look after it, and how safely."""

from urllib.parse import urlsplit

from klimapartner.assistant.errors import AssistantError
from klimapartner.assistant.settings import Settings
from klimapartner.assistant.settings_console import LOOPBACK
from klimapartner.assistant.totp_secrets import has_key, is_sealed, opened
from klimapartner.assistant.workplace import Workplace
from klimapartner.storage.users import kept_totp, list_users


def look_at_address(settings: Settings) -> str:
    """Where the pages are reached from outside; raises AssistantError where passwords would go there in the clear."""
    parts = urlsplit(settings.web.public_url)
    if parts.scheme == "http" and parts.hostname not in LOOPBACK:
        raise AssistantError(
            f"web.public_url ist {settings.web.public_url}: Passwörter gingen unverschlüsselt; bitte https:// davor."
        )
    if settings.web.host not in LOOPBACK and not settings.web.public_url:
        raise AssistantError(
            f"web.host ist {settings.web.host}, web.public_url fehlt; bitte die https-Adresse davor eintragen."
        )
    return settings.web.public_url or "nur auf diesem Rechner"


def look_at_people(work: Workplace) -> str:
    """How many may work; raises AssistantError where nobody can invite others."""
    with work.database.reading() as session:
        active = [user for user in list_users(session) if user.active]
    if not any(user.role == "administrator" for user in active):
        raise AssistantError("Niemand hat die Administration; `klimapartner user add NAME --role administrator`.")
    return f"{len(active)} Personen"


def weak_point(work: Workplace) -> str:
    """What works, but should be better, in one sentence; '' for nothing."""
    with work.database.reading() as session:
        kept = kept_totp(session)
    if said := _badly_kept(work, kept):
        return said
    with work.database.reading() as session:
        bare = [u.name for u in list_users(session) if u.active and not u.second_factor and u.role != "reader"]
    if work.settings.console.second_factor or not bare:
        return ""
    return f"Ohne zweiten Faktor: {', '.join(bare)}; console.second_factor = true verlangt ihn von allen."


def _badly_kept(work: Workplace, kept: dict[int, str]) -> str:
    """Whether secrets lie open; raises SettingsError where the key opens none of them."""
    if not has_key(work.settings):
        lie_open = sum(not is_sealed(one) for one in kept.values())
        needs = "console.second_factor_key fehlt: ohne ihn lässt sich kein zweiter Faktor einrichten"
        return f"{needs}, und {lie_open} liegen unverschlüsselt in der Datenbank." if lie_open else f"{needs}."
    for user_id, one in kept.items():
        opened(work.settings, user_id, one)
    return ""
