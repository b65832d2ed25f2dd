"""How the loopback Slack reaches an app: requests signed as Slack signs them, or envelopes of Socket Mode."""

import hashlib
import hmac
import json
import time
from urllib.parse import urlencode

from aiohttp import ClientError, ClientSession, ClientTimeout

from tests.slack.loopback_drivers import Answer, Driver, Kind, Retry
from tests.slack.loopback_payloads import VERIFICATION_TOKEN
from tests.slack.loopback_records import Json, Workspace
from tests.slack.loopback_sockets import Sockets
from tests.slack.loopback_world import World


class HttpDriver(Driver):
    """Signed requests to `url`. `age` is how many seconds old their timestamps are."""

    def __init__(
        self, world: World, space: Workspace, session: ClientSession, url: str, secret: str, age: float
    ) -> None:
        super().__init__(world, space)
        self.url = url
        self._session = session
        self._secret = secret
        self._age = age

    async def deliver(self, kind: Kind, payload: Json, retry: Retry | None = None) -> Answer:
        body, content_type = encoded(kind, payload)
        headers = self.signed(body) | {"Content-Type": content_type}
        if retry is not None:
            headers |= {"X-Slack-Retry-Num": str(retry.number), "X-Slack-Retry-Reason": retry.reason}
        return await self._post(Answer(kind, payload), body, headers)

    async def verify_url(self, challenge: str = "challenge-1") -> Answer:
        """The request Slack makes when somebody enters the URL for events."""
        payload = {"token": VERIFICATION_TOKEN, "challenge": challenge, "type": "url_verification"}
        return await self.deliver("events_api", payload)

    async def send(self, body: str, content_type: str, **headers: str) -> Answer:
        """A signed request with any body at all; `headers` are put over its own, by names with `_` for `-`."""
        more = {name.replace("_", "-"): value for name, value in headers.items()}
        return await self._post(
            Answer("events_api", {}), body, self.signed(body) | {"Content-Type": content_type} | more
        )

    def signed(self, body: str) -> dict[str, str]:
        """The headers that prove a request to be Slack's: https://docs.slack.dev/authentication."""
        stamp = str(int(time.time() - self._age))
        digest = hmac.new(self._secret.encode(), f"v0:{stamp}:{body}".encode(), hashlib.sha256).hexdigest()
        agent = "Slackbot 1.0 (+https://api.slack.com/robots)"
        return {"X-Slack-Request-Timestamp": stamp, "X-Slack-Signature": f"v0={digest}", "User-Agent": agent}

    async def _post(self, answer: Answer, body: str, headers: dict[str, str]) -> Answer:
        began = time.perf_counter()
        timeout = ClientTimeout(total=self.patience)
        try:
            async with self._session.post(self.url, data=body.encode(), headers=headers, timeout=timeout) as response:
                text = await response.text()
                answer.status, answer.headers = response.status, response.headers
        except TimeoutError:
            answer.error = "operation_timeout"
        except (ClientError, OSError):
            answer.error = "dispatch_failed"
        else:
            answer.ack_body = decoded(text)
            answer.error = "" if answer.status == 200 else "dispatch_failed"
        answer.seconds = time.perf_counter() - began
        return answer


class SocketDriver(Driver):
    """Envelopes over the app's Socket Mode connections, each to any one of them."""

    def __init__(self, world: World, space: Workspace, sockets: Sockets) -> None:
        super().__init__(world, space)
        self._sockets = sockets

    async def deliver(self, kind: Kind, payload: Json, retry: Retry | None = None) -> Answer:
        answer = Answer(kind, payload)
        accepts = kind == "slash_commands" or payload.get("type") == "view_submission"
        envelope = {"envelope_id": self.world.new_id("env-"), "type": kind, "accepts_response_payload": accepts}
        envelope["payload"] = payload
        if kind == "events_api":
            envelope |= {"retry_attempt": retry.number if retry else 0, "retry_reason": retry.reason if retry else ""}
        began = time.perf_counter()
        try:
            answer.ack_body = await self._sockets.deliver(envelope, self.patience)
            answer.status = 200
        except LookupError:
            answer.error = "dispatch_failed"
        except (TimeoutError, ConnectionError):
            answer.error = "operation_timeout"
        answer.seconds = time.perf_counter() - began
        return answer


def encoded(kind: Kind, payload: Json) -> tuple[str, str]:
    """The body of a request and its content type, as Slack sends each kind over HTTP."""
    if kind == "events_api":
        return json.dumps(payload), "application/json"
    form = payload if kind == "slash_commands" else {"payload": json.dumps(payload)}
    return urlencode(form), "application/x-www-form-urlencoded"


def decoded(text: str) -> Json | None:
    """The body of an ack: JSON, a bare text, or nothing."""
    if not text.strip():
        return None
    if text.startswith("{"):
        body: Json = json.loads(text)
        return body
    return {"text": text}
