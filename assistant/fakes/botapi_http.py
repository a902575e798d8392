"""The HTTP side: a thread with a real socket on 127.0.0.1, and the form in which the Bot API answers.

Source: Bot API, section "Making requests": any method name in any case, GET and POST, all four ways of parameters.
"""

import asyncio
import json
import mimetypes
import threading
from collections.abc import Coroutine
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from klimapartner.assistant.fakes import botapi_methods, botapi_profile, botapi_webhook
from klimapartner.assistant.fakes.botapi_faults import Fault
from klimapartner.assistant.fakes.botapi_limits import check_limits
from klimapartner.assistant.fakes.botapi_methods import Described, Turn
from klimapartner.assistant.fakes.botapi_params import Params
from klimapartner.assistant.fakes.botapi_polling import get_updates
from klimapartner.assistant.fakes.botapi_values import Call, Document, Json, Refused
from klimapartner.assistant.fakes.botapi_webhook import Courier, Patience
from klimapartner.assistant.fakes.botapi_world import BotState, World

METHODS = botapi_methods.METHODS | botapi_profile.METHODS | botapi_webhook.METHODS

UPLOAD_LIMIT = 50 * 1024 * 1024
"""Bytes. Source: Bot API, section "Sending files"."""
LEAVING_SECONDS = 0.02
"""How long a call may still run when the server stops; aiohttp takes 0 for "for ever"."""


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer before it goes out. `accepted` says whether the call took effect."""

    status: int
    body: str
    description: str = ""
    accepted: bool = False
    content_type: str = "application/json"


def success(result: Any) -> Answer:
    """200 with the result of a method."""
    described = result if isinstance(result, Described) else Described(result, "")
    body = {"ok": True, "result": described.result}
    if described.description:
        body["description"] = described.description
    return Answer(200, json.dumps(body), described.description, accepted=True)


def refusal(error: Refused) -> Answer:
    """An error in the form of the Bot API."""
    body: Json = {"ok": False, "error_code": error.code, "description": error.description}
    if error.parameters:
        body["parameters"] = error.parameters
    return Answer(error.code, json.dumps(body), error.description)


def perform(turn: Turn, method: str) -> Answer:
    """Lets a method take effect; getUpdates is the one that is not here, since it waits."""
    try:
        _check_logged_in(turn)
        if method.lower() not in METHODS:
            raise Refused(404, "Not Found")
        check_limits(turn.world, turn.state.bot, method, chat_id(turn.params))
        return success(METHODS[method.lower()](turn))
    except Refused as error:
        return refusal(error)


async def poll(turn: Turn) -> Answer:
    """getUpdates."""
    try:
        _check_logged_in(turn)
        return success(await get_updates(turn))
    except Refused as error:
        return refusal(error)


def _check_logged_in(turn: Turn) -> None:
    if turn.state.logged_out:
        raise Refused(400, "Logged out")


def struck(fault: Fault) -> Answer | None:
    """The answer of a call that a fault keeps from taking effect."""
    if fault.lost:
        return Answer(0, "")
    if fault.page:
        return Answer(502, fault.page, "Bad Gateway", content_type="text/html")
    return refusal(fault.refusal) if fault.refusal else None


class HttpServer:
    """Serves a world in a thread of its own. `port` is the real one once it is started."""

    def __init__(self, world: World, port: int, patience: Patience) -> None:
        self.port = port
        self._world = world
        self._courier = Courier(world, patience, self._webhook_reply)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="fake-bot-api", daemon=True)
        self._runner: web.AppRunner | None = None
        self._work: Future[None] | None = None

    def start(self) -> None:
        """Listens from now on.

        Raises:
            OSError: the port is taken.
        """
        self._thread.start()
        try:
            self._wait_for(self._listen())
        except OSError:
            self._end_thread()
            raise
        self._work = asyncio.run_coroutine_threadsafe(self._courier.run(), self._loop)

    def stop(self) -> None:
        """Ends all connections and the thread."""
        self._wait_for(self._hush())
        broken = self._work.exception() if self._work and self._work.done() else None
        self._end_thread()
        if broken:
            raise broken

    def _end_thread(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        for task in (tasks := asyncio.all_tasks(self._loop)):
            task.cancel()
        self._loop.run_until_complete(_ended(tasks))
        self._loop.close()

    def pause(self) -> None:
        """Stops listening: connections end, new ones are refused."""
        self._wait_for(self._hush())

    def resume(self) -> None:
        """Listens again, at the same port."""
        self._wait_for(self._listen())

    def _wait_for(self, work: Coroutine[Any, Any, None]) -> None:
        asyncio.run_coroutine_threadsafe(work, self._loop).result()

    async def _listen(self) -> None:
        app = web.Application(client_max_size=UPLOAD_LIMIT)
        app.router.add_route("*", "/bot{token:[^/]+}/{method}", self._handle)
        app.router.add_route("*", "/{rest:.*}", _nowhere)
        # Without cancellation a client that went away would still hold its long poll.
        self._runner = web.AppRunner(app, handler_cancellation=True, access_log=None, shutdown_timeout=LEAVING_SECONDS)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", self.port, reuse_address=True)
        await site.start()
        self.port = self._runner.addresses[0][1]

    async def _hush(self) -> None:
        if self._runner:
            await self._runner.cleanup()
            self._runner = None

    async def _handle(self, request: web.Request) -> web.Response:
        state = self._world.bots.get(request.match_info["token"])
        if state is None:
            return _response(refusal(Refused(401, "Unauthorized")))
        try:
            params = await read_params(request)
        except Refused as error:
            return _response(refusal(error))
        return await self._answer(request, state, request.match_info["method"], params)

    async def _answer(self, request: web.Request, state: BotState, method: str, params: Params) -> web.Response:
        turn = Turn(self._world, state, params)
        with self._world.changed:
            fault = self._world.faults.take(state.bot, method, chat_id(params))
        answer = struck(fault)
        if answer is None and method.lower() == "getupdates":
            answer = await poll(turn)
        with self._world.changed:
            answer = answer or perform(turn, method)
            self._note(turn, method, answer, fault)
        await asyncio.sleep(fault.seconds)
        if (fault.cut or fault.lost) and request.transport:
            request.transport.close()
        return _response(answer)

    def _note(self, turn: Turn, method: str, answer: Answer, fault: Fault) -> None:
        call = Call(
            bot=turn.state.bot,
            method=method,
            params=turn.params.plain(),
            chat_id=chat_id(turn.params),
            at=self._world.clock(),
            code=0 if fault.cut else answer.status,
            description=answer.description,
            accepted=answer.accepted,
        )
        self._world.calls.append(call)
        self._world.touch()

    def _webhook_reply(self, state: BotState, call: Json) -> None:
        """Source: Bot API, section "Making requests when getting updates"."""
        turn = Turn(self._world, state, Params({name: value for name, value in call.items() if name != "method"}))
        with self._world.changed:
            self._note(turn, str(call["method"]), perform(turn, str(call["method"])), Fault())


def chat_id(params: Params) -> int | None:
    """The chat that a call is about, where it names one by number."""
    named = params.text("chat_id")
    return int(named) if named.lstrip("-").isdigit() else None


async def _ended(tasks: set[asyncio.Task[Any]]) -> None:
    await asyncio.gather(*tasks, return_exceptions=True)


async def _nowhere(request: web.Request) -> web.Response:
    return _response(refusal(Refused(404, "Not Found")))


async def read_params(request: web.Request) -> Params:
    """The parameters of a request, from its query string and its body.

    Raises:
        Refused: the body is larger than 50 MB, or no JSON though it says so.
    """
    params = Params(dict(request.query))
    try:
        await _read_body(request, params)
    except web.HTTPRequestEntityTooLarge:
        raise Refused(413, "Request Entity Too Large") from None
    except ValueError:
        raise Refused(400, "Bad Request: can't parse JSON object") from None
    return params


async def _read_body(request: web.Request, params: Params) -> None:
    if request.content_type == "application/json":
        body = json.loads(await request.text() or "{}")
        params.values.update(body if isinstance(body, dict) else {})
        return
    for name, value in (await request.post()).items():
        if isinstance(value, web.FileField):
            # As Telegram does: the name decides, since libraries send application/octet-stream.
            kind = mimetypes.guess_type(value.filename)[0] or value.content_type
            params.files[name] = Document(value.filename, value.file.read(), kind)
        else:
            params.values[name] = value if isinstance(value, str) else bytes(value).decode()


def _response(answer: Answer) -> web.Response:
    if answer.status == 0:
        return web.Response(status=500)
    return web.Response(status=answer.status, text=answer.body, content_type=answer.content_type)
