"""A person who adds the app to a workspace in a browser: https://docs.slack.dev/authentication/installing-with-oauth."""

import html
import re
from dataclasses import dataclass, field
from urllib.parse import parse_qs, urlencode, urlsplit

from aiohttp import ClientResponse, ClientSession

from tests.slack.loopback_records import User, Workspace
from tests.slack.loopback_world import World

AUTHORIZE_LINK = re.compile(r"""https?://[^\s"'<>]+/oauth/v2/authorize\?[^\s"'<>]+""")


@dataclass(slots=True)
class Installed:
    """How an install ended: the last page's status and text, and what the app asked for at the start."""

    status: int
    page: str
    scopes: tuple[str, ...]
    state: str
    asked: dict[str, str]
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Browser:
    """Follows an install by hand; keeps Secure cookies on loopback, as browsers do."""

    world: World
    session: ClientSession

    async def install(
        self,
        base_url: str,
        space: Workspace,
        user: User,
        *,
        state: str | None,
        denied: bool,
        cookie: bool,
        code: str | None,
    ) -> Installed:
        """From {base}/slack/install to the app's last page. `state` and `code` replace the true ones."""
        async with self.session.get(f"{base_url}/slack/install", allow_redirects=False) as response:
            link, cookies = await authorize_link(response), {k: c.value for k, c in response.cookies.items()}
        asked = {name: values[0] for name, values in parse_qs(urlsplit(link).query).items()}
        answer = self._decision(asked, space, user, denied)
        answer["state"] = asked.get("state", "") if state is None else state
        if code is not None:
            answer["code"] = code
        back = f"{base_url}{urlsplit(asked.get('redirect_uri') or '/slack/oauth_redirect').path}"
        headers = {"Cookie": "; ".join(f"{k}={v}" for k, v in cookies.items())} if cookie and cookies else {}
        async with self.session.get(f"{back}?{urlencode(answer)}", headers=headers, allow_redirects=False) as end:
            page, sent = await end.text(), dict(end.headers)
        scopes = tuple(filter(None, asked.get("scope", "").split(",")))
        return Installed(end.status, page, scopes, asked.get("state", ""), asked, sent)

    def _decision(self, asked: dict[str, str], space: Workspace, user: User, denied: bool) -> dict[str, str]:
        if asked.get("client_id") != self.world.app.client_id:
            return {"error": "invalid_client_id"}
        if denied:
            return {"error": "access_denied"}
        code = self.world.new_id(f"{space.id}.")
        scopes = frozenset(filter(None, asked.get("scope", "").split(",")))
        self.world.codes[code] = (space.id, user.id, scopes, asked.get("redirect_uri", ""))
        return {"code": code}


async def authorize_link(response: ClientResponse) -> str:
    """Slack's authorize address, from a redirect or from the page with the button; LookupError shows what came."""
    page = response.headers.get("Location") or html.unescape(await response.text())
    found = AUTHORIZE_LINK.search(page)
    if found is None:
        raise LookupError(f"no authorize link in the answer {response.status}: {page[:200]}")
    return found.group()
