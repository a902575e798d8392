"""Secrets of second factors at rest: encrypted with a key that lies outside the database, so that no backup opens them.

Fernet (AES-128-CBC, HMAC-SHA256) of the cryptography package; its key is derived from the setting by HKDF (RFC 5869).
"""

import base64

import structlog
from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from klimapartner.assistant.clock import Clock
from klimapartner.assistant.errors import SettingsError
from klimapartner.assistant.settings import Settings
from klimapartner.assistant.settings_secret import Secret
from klimapartner.storage.engine import Database
from klimapartner.storage.state import set_state
from klimapartner.storage.users import change_kept_totp, kept_totp

SHORTEST_KEY = 32
_MARK = "fernet:"
_PURPOSE = b"klimapartner second factor"
_SCRUB_DUE = "scrub.due"  # as after an erasure
log = structlog.get_logger(__name__)


def has_key(settings: Settings) -> bool:
    """Whether a second factor can be kept."""
    return settings.console.second_factor_key.is_set


def sealed(settings: Settings, user_id: int, secret: str) -> str:
    """What is kept of a user's secret; by the number in it nobody can be given somebody else's.

    Raises:
        SettingsError: no key is set, or it is too short.
    """
    return _MARK + _ciphers(settings).encrypt(f"{user_id}:{secret}".encode()).decode()


def opened(settings: Settings, user_id: int, kept: str) -> str:
    """The secret; what was kept before there was a key is the secret itself.

    Raises:
        SettingsError: no key is set, or it was kept under another key or for another user.
    """
    if not is_sealed(kept):
        return kept
    try:
        number, _, secret = _ciphers(settings).decrypt(kept.removeprefix(_MARK)).decode().partition(":")
    except InvalidToken:
        number, secret = "", ""
    if number != str(user_id):
        raise SettingsError(
            "Ein zweiter Faktor lässt sich nicht entschlüsseln: console.second_factor_key ist ein anderer als beim "
            "Einrichten. Bitte den früheren unter console.former_second_factor_keys nennen oder den Faktor"
            " zurücksetzen."
        )
    return secret


def is_sealed(kept: str) -> bool:
    """Whether it is encrypted."""
    return kept.startswith(_MARK)


def seal_all(settings: Settings, database: Database, clock: Clock) -> int:
    """Encrypt what lies open or under a former key, where a key is set; returns how many there were.

    A secret that no key opens stays as it is: `doctor` says so.
    """
    if not _usable(settings):
        return 0
    with database.reading() as session:
        known = kept_totp(session)
    if all(_is_current(settings, kept) for kept in known.values()):
        return 0
    changed = 0
    with database.session() as session:
        for user_id, kept in kept_totp(session, lock=True).items():
            if not _is_current(settings, kept) and (new := _sealed_anew(settings, user_id, kept)):
                change_kept_totp(session, user_id, new)
                changed += 1
        # What lay open may still stand in free pages of the files.
        if changed:
            set_state(session, _SCRUB_DUE, True, now=clock())
    return changed


def _usable(settings: Settings) -> bool:
    """Whether there is a key that can be read; one that cannot be stops no service, and `doctor` says so."""
    try:
        return has_key(settings) and bool(_ciphers(settings))
    except SettingsError as error:
        log.warning("second factors are not encrypted", reason=str(error))
        return False


def _sealed_anew(settings: Settings, user_id: int, kept: str) -> str:
    try:
        return sealed(settings, user_id, opened(settings, user_id, kept))
    except SettingsError:
        log.warning("second factor cannot be opened", user=user_id)
        return ""


def _is_current(settings: Settings, kept: str) -> bool:
    """Whether it was encrypted with the key that counts now."""
    if not is_sealed(kept):
        return False
    try:
        _cipher(settings.console.second_factor_key).decrypt(kept.removeprefix(_MARK))
    except InvalidToken:
        return False
    return True


def _ciphers(settings: Settings) -> MultiFernet:
    """Encrypts with the key of now, decrypts with the former ones, too."""
    console = settings.console
    return MultiFernet([_cipher(key) for key in (console.second_factor_key, *console.former_second_factor_keys)])


def _cipher(key: Secret) -> Fernet:
    given = key.read()
    if len(given) < SHORTEST_KEY:
        raise SettingsError(
            f"console.second_factor_key braucht mindestens {SHORTEST_KEY} Zeichen; "
            "`openssl rand -base64 32` macht einen guten."
        )
    derived = HKDF(SHA256(), length=32, salt=None, info=_PURPOSE).derive(given.encode())
    return Fernet(base64.urlsafe_b64encode(derived))
