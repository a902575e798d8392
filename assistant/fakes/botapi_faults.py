"""What goes wrong on purpose: the next calls are refused, delayed, or accepted without an answer."""

from dataclasses import dataclass, field

from klimapartner.assistant.fakes.botapi_values import Bot, Chat, Refused

BAD_GATEWAY = (
    "<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n<center><h1>502 Bad Gateway</h1></center>\r\n"
    "<hr><center>nginx/1.18.0</center>\r\n</body>\r\n</html>\r\n"
)


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that happens to a call.

    Attributes:
        refusal: the call has no effect and gets this error.
        page: the call has no effect and gets 502 with this HTML, as from the proxy before the real server.
        seconds: the answer comes so much later; the call takes effect at once.
        cut: the call takes effect, then the connection is cut without an answer.
        lost: the connection is cut before the call takes effect.
    """

    refusal: Refused | None = None
    page: str | None = None
    seconds: float = 0.0
    cut: bool = False
    lost: bool = False


def flood(retry_after: int) -> Fault:
    """429 with `retry_after` in seconds. Source: Bot API, section "ResponseParameters"."""
    return Fault(refusal=too_many(retry_after))


def too_many(retry_after: int) -> Refused:
    """The refusal itself."""
    return Refused(429, f"Too Many Requests: retry after {retry_after}", {"retry_after": retry_after})


def forbidden(description: str = "Forbidden: bot was blocked by the user") -> Fault:
    """403."""
    return Fault(refusal=Refused(403, description))


def bad_request(description: str) -> Fault:
    """400 with any text, "Bad Request: " included."""
    return Fault(refusal=Refused(400, description))


def conflict(
    description: str = "Conflict: terminated by other getUpdates request; make sure that only one bot instance is "
    "running",
) -> Fault:
    """409, as when another process polls with the same token."""
    return Fault(refusal=Refused(409, description))


def bad_gateway() -> Fault:
    """502 with a page of HTML instead of JSON."""
    return Fault(page=BAD_GATEWAY)


def slow(seconds: float) -> Fault:
    """Accepted at once, answered `seconds` later: beyond the client's patience it is delivered and timed out."""
    return Fault(seconds=seconds)


def accepted_but_cut() -> Fault:
    """Accepted and delivered, but the connection ends without an answer."""
    return Fault(cut=True)


def lost() -> Fault:
    """The connection ends before the call is accepted: nothing is delivered."""
    return Fault(lost=True)


@dataclass(slots=True)
class Rule:
    """A fault for the calls that meet method, chat and bot: `after` of them pass, then the next `left` get it."""

    fault: Fault
    after: int
    left: int
    method: str | None
    chat: Chat | None
    bot: Bot | None

    def meets(self, bot: Bot, method: str, chat_id: int | None) -> bool:
        """Whether the rule is about this call; about polls it is only where it names them."""
        named = self.method.lower() == method.lower() if self.method else method.lower() != "getupdates"
        here = self.chat is None or (self.chat.bot == bot and self.chat.id == chat_id)
        return named and here and self.bot in (None, bot)

    def is_due(self) -> bool:
        """Whether enough calls have passed; this one passes, too, where they have not."""
        self.after -= 1
        return self.after < 0


@dataclass(slots=True)
class Faults:
    """The rules in force, first come, first served."""

    rules: list[Rule] = field(default_factory=list)

    def add(self, rule: Rule) -> None:
        """Puts a rule in force."""
        self.rules.append(rule)

    def take(self, bot: Bot, method: str, chat_id: int | None) -> Fault:
        """The fault for this call, used up once; the harmless one where there is none."""
        for rule in self.rules:
            if rule.left > 0 and rule.meets(bot, method, chat_id) and rule.is_due():
                rule.left -= 1
                return rule.fault
        return Fault()
