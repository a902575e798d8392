"""The second factor itself: is a code right, and what an authenticator app needs to make codes (RFC 6238)."""

import io
import re
import secrets

import pyotp
import segno

from klimapartner.assistant.console.visit import Visit
from klimapartner.assistant.console.words import text
from klimapartner.assistant.totp_secrets import opened, sealed
from klimapartner.storage.engine import Session
from klimapartner.storage.recovery import issue_recovery_codes, redeem_recovery_code
from klimapartner.storage.users import count_failure, is_locked, set_totp, totp_of, use_totp_step

_STEP_SECONDS = 30
_SECRET = re.compile(r"[A-Z2-7]{32}")
_CODE = re.compile(r"\d{6}")


def new_secret() -> str:
    """160 random bits in base 32."""
    return pyotp.random_base32(32)


def is_right(session: Session, visit: Visit, given: str) -> str:
    """'app' or 'recovery' where it is a code of the user's, else ''; a wrong one counts, a locked user has none."""
    now, user_id = visit.now(), visit.user.id
    if is_locked(session, user_id, now=now):
        return ""
    code = "".join(given.split())
    if _CODE.fullmatch(code):
        right = "app" if _is_app_code(session, visit, code) else ""
    else:
        right = "recovery" if redeem_recovery_code(session, user_id, code, now=now) else ""
    if not right:
        count_failure(session, user_id, now=now)
    return right


def switch_on(session: Session, visit: Visit, secret: str, code: str) -> list[str]:
    """Take the app's secret if the code fits it: the new recovery codes, [] where it does not fit."""
    given = "".join(code.split())
    if not (_SECRET.fullmatch(secret) and (step := _step_of(secret, given, visit)) is not None):
        return []
    kept = sealed(visit.work.settings, visit.user.id, secret)
    set_totp(session, visit.user.id, kept, who=visit.who, now=visit.now())
    use_totp_step(session, visit.user.id, step)
    return issue_recovery_codes(session, visit.user.id, now=visit.now())


def setup_values(visit: Visit, secret: str = "") -> dict[str, str]:
    """What the page for setting up shows: the secret in groups, and the picture that a phone reads."""
    secret = secret if _SECRET.fullmatch(secret) else new_secret()
    issuer = text("menu.product", visit.language)
    uri = pyotp.TOTP(secret).provisioning_uri(name=visit.user.name, issuer_name=issuer)
    return {"secret": secret, "groups": " ".join(re.findall(".{4}", secret)), "picture": _picture(uri)}


def _picture(uri: str) -> str:
    """The code as SVG; without style attributes, which the pages' policy forbids."""
    out = io.BytesIO()
    segno.make(uri, error="m", micro=False).save(
        out, kind="svg", xmldecl=False, svgns=True, nl=False, omitsize=True, svgclass=None, lineclass=None, dark="#000",
        light="#fff", border=4,
    )  # fmt: skip
    return out.getvalue().decode()


def _is_app_code(session: Session, visit: Visit, code: str) -> bool:
    """Whether it is the app's code of now, a step early or late, and was not used yet."""
    kept, _ = totp_of(session, visit.user.id)
    step = _step_of(opened(visit.work.settings, visit.user.id, kept), code, visit) if kept else None
    return step is not None and use_totp_step(session, visit.user.id, step)


def _step_of(secret: str, code: str, visit: Visit) -> int | None:
    """The half minute to which a code belongs: the present one or one beside it."""
    now = int(visit.now().timestamp()) // _STEP_SECONDS
    totp = pyotp.TOTP(secret)
    near = (now, now - 1, now + 1)
    return next((s for s in near if secrets.compare_digest(code.encode(), totp.generate_otp(s).encode())), None)
