"""What makes a new password unfit. Length counts, not special characters (NIST SP 800-63B, section 3.1.1)."""

from klimapartner.storage.users import SHORTEST_PASSWORD, User

LONGEST = 200
_FEWEST_SIGNS = 5


def problem(password: str, again: str, user: User) -> str:
    """What is wrong with a new password, as a key of texts/account.toml; '' where nothing is."""
    if len(password) < SHORTEST_PASSWORD:
        return "problem_short"
    if len(password) > LONGEST:
        return "problem_long"
    own = {user.name.casefold(), user.mail.casefold(), user.mail.partition("@")[0].casefold()}
    if any(len(word) > 3 and word in password.casefold() for word in own):
        return "problem_name"
    if len(set(password)) < _FEWEST_SIGNS:
        return "problem_simple"
    return "" if password == again else "problem_differs"


def limit_of(key: str) -> int:
    """The number that the words of a problem name."""
    return LONGEST if key == "problem_long" else SHORTEST_PASSWORD
