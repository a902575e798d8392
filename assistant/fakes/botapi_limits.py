"""Flood limits by the world's clock: what goes beyond them is refused with the seconds to wait.

Source: Bots FAQ, section "My bot is hitting limits": about 1 message a second in a chat, 20 a minute in a group,
30 a second overall. The real limits are not published, so a test says which hold.
"""

import math
from datetime import timedelta

from klimapartner.assistant.fakes.botapi_faults import too_many
from klimapartner.assistant.fakes.botapi_values import Bot, Call
from klimapartner.assistant.fakes.botapi_world import Limit, World

COUNTED = frozenset({"sendmessage", "senddocument", "editmessagetext", "editmessagecaption", "editmessagereplymarkup"})


def check_limits(world: World, bot: Bot, method: str, chat_id: int | None) -> None:
    """Lets a call pass that is within all limits.

    Raises:
        Refused: 429 with `retry_after` in whole seconds.
    """
    if method.lower() not in COUNTED:
        return
    for limit in world.limits:
        if limit.bot == bot and (wait := _wait(world, limit, chat_id)) > timedelta(0):
            raise too_many(math.ceil(wait.total_seconds()))


def _wait(world: World, limit: Limit, chat_id: int | None) -> timedelta:
    now, window = world.clock(), timedelta(seconds=limit.seconds)
    recent: list[Call] = []
    for call in reversed(world.calls):
        if call.at <= now - window or len(recent) == limit.count:
            break
        if _counts(limit, call, chat_id):
            recent.append(call)
    return recent[-1].at + window - now if len(recent) == limit.count else timedelta(0)


def _counts(limit: Limit, call: Call, chat_id: int | None) -> bool:
    here = not limit.each_chat or call.chat_id == chat_id
    return here and call.bot == limit.bot and call.accepted and call.method.lower() in COUNTED
