"""The workspaces newsbot is in, each with its token: one by SLACK_BOT_TOKEN, others by OAuth from the database.

Tokens are read from the database at most once a minute, renewed some minutes before they end also when no event
precedes, by one process at a time, and forgotten at the first sign that they are of no use any more.
"""

import asyncio
import logging
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from newsbot.errors import NewsbotError, PostLater, StorageError, StorageUnavailable
from newsbot.platforms.slack.client import SlackCalls
from newsbot.platforms.slack.errors import DEAD, EXPIRED, FRESH_LINK, GONE, SlackRefused, refusal
from newsbot.platforms.slack.payloads import PLATFORM
from newsbot.platforms.slack.workspace import OAuthApp, TokenCipher, Workspace, decrypt_workspace, encrypt_workspace
from newsbot.storage.database import Database
from newsbot.storage.transaction import Transaction

log = logging.getLogger(__name__)

_TRUSTED_FOR = timedelta(seconds=60)
_LOOK_AGAIN = timedelta(seconds=10)  # where the database could not be asked
_LOOK_SECONDS = 1.5  # Slack waits three for an acknowledgement
_RENEW_BEFORE = timedelta(minutes=30)
_POST = "chat.postMessage"
_DEAD_REFRESH = GONE | {"invalid_refresh_token"}
_LEASE = timedelta(minutes=1)
_ANOTHER_TRIES = 20  # looks at what another process does about a token that has ended
_ANOTHER_SECONDS = 0.25
_RENEWAL_SECONDS = 1.0


class Workspaces:
    """Every workspace by its id. Safe to share between requests of one event loop."""

    def __init__(
        self,
        calls: SlackCalls,
        database: Database,
        now: Callable[[], datetime],
        holder: str,
        *,
        oauth: OAuthApp | None = None,
        cipher: TokenCipher | None = None,
    ) -> None:
        """`holder` names this process among those that share the database."""
        self.calls = calls
        self._database = database
        self._now = now
        self._holder = holder
        self._oauth = oauth
        self._cipher = cipher
        self._known: dict[str, tuple[Workspace | None, datetime]] = {}
        self._turns: dict[str, asyncio.Lock] = {}
        self._renewals: dict[str, asyncio.Task[Workspace | None]] = {}
        self.single: Workspace | None = None
        self.single_gone = ""
        self.is_in_doubt = asyncio.Event()  # whether the token of the single workspace works has to be looked at
        self._post_refused = ""  # why it may not post

    @property
    def is_shared(self) -> bool:
        """Whether workspaces install newsbot by OAuth."""
        return self._oauth is not None and self._cipher is not None

    def use_single(self, workspace: Workspace) -> None:
        """The one workspace of SLACK_BOT_TOKEN; its id is empty until Slack has told it."""
        self.single = workspace
        self.single_gone = ""

    def trouble(self) -> str:
        """What Slack has against the one workspace of SLACK_BOT_TOKEN; empty where nothing."""
        if self.single_gone:
            return f"Slack does not accept SLACK_BOT_TOKEN any more ({self.single_gone})"
        return f"Slack lets newsbot post nothing in its workspace ({self._post_refused})" if self._post_refused else ""

    async def get(self, team: str) -> Workspace | None:
        """The workspace of that id with a token that works, None where newsbot may not act in it.

        Raises StorageError where only the database knows it, and cannot be asked.
        """
        if self._is_single(team):
            return None if self.single_gone else self.single
        if not self.is_shared:
            return None
        found, read_at = self._known.get(team, (None, None))
        if read_at is None or self._now() - read_at > _TRUSTED_FOR:
            found = await self._read(team, found)
        if found is not None and found.expires_at is not None and found.expires_at - self._now() < _RENEW_BEFORE:
            return await self._with_fresh_token_in_time(found)
        return found

    async def require(self, team: str) -> Workspace:
        """As `get`; raises SlackRefused where newsbot may not act in it."""
        found = await self.get(team)
        if found is None:
            gone = refusal("account_inactive", {})
            gone.scope = "workspace" if self.is_shared and not self._is_single(team) else "app"
            raise gone
        return found

    def _is_single(self, team: str) -> bool:
        return self.single is not None and (team == self.single.id or not self.single.id or not self.is_shared)

    async def call(self, team: str, method: str, **arguments: Any) -> Mapping[str, Any]:
        """Call a method with the workspace's token; one that turns out to be dead ends the workspace.

        Raises as `SlackCalls.call` does.
        """
        workspace = await self.require(team)
        try:
            answer = await self.calls.call(workspace.token, method, bot=workspace.bot_name, **arguments)
        except SlackRefused as error:
            if error.scope != "app":
                raise
            if self._is_single(team):
                self._single_is_refused(method, error.error)
                raise
            fresh = await self._after_refusal(team, workspace, error)
            if fresh is None:
                raise
        else:
            if method == _POST and self._is_single(team):
                self._post_refused = ""
            return answer
        return await self._call_again(fresh, method, **arguments)

    async def _call_again(self, fresh: Workspace, method: str, **arguments: Any) -> Mapping[str, Any]:
        """With another token than before. Nothing was done with that one, so this is no repetition."""
        try:
            return await self.calls.call(fresh.token, method, bot=fresh.bot_name, **arguments)
        except SlackRefused as error:
            if error.scope == "app":
                error.scope = "unknown"
            raise

    def _single_is_refused(self, method: str, reason: str) -> None:
        """Note what Slack has against the token of the single workspace; it is tried again until it works."""
        if reason in DEAD:
            self.lose_single(reason)
        elif method == _POST and self._post_refused != reason:
            log.error("Slack lets newsbot post nothing in its workspace (%s); it is tried again", reason)
            self._post_refused = reason

    async def _after_refusal(self, team: str, workspace: Workspace, error: SlackRefused) -> Workspace | None:
        """The workspace with another token that may work; None where there is none, and `error` says what that means.

        A workspace that newsbot was removed from waits until it is installed again. What else is refused may pass.
        """
        if error.error not in GONE | {EXPIRED}:
            error.scope = "unknown"
            return None
        error.scope = "workspace"
        try:
            if error.error == EXPIRED and workspace.refresh_token:
                return await self._with_fresh_token(replace(workspace, expires_at=self._now()))
            await self.lose(team, error.error, workspace)
            fresh = await self.get(team)
        except StorageError:
            return None
        return fresh if fresh is not None and fresh.encrypted_token != workspace.encrypted_token else None

    async def put(self, workspace: Workspace, installed_by: str) -> None:
        """Keep a workspace that was just installed."""
        assert self._cipher is not None
        installation = encrypt_workspace(workspace, self._cipher, installed_by, self._now())
        now = self._now()

        def store(tx: Transaction) -> None:
            tx.installations.put(installation)
            tx.subscriptions.resume_paused(PLATFORM, workspace.id, FRESH_LINK, now)

        await self._database.write(store)
        self._known.pop(workspace.id, None)
        log.info("newsbot was installed in the Slack workspace %s (%s)", workspace.name, workspace.id)

    async def resume_digests(self) -> None:
        """Let the digests go on that wait for a workspace in which newsbot may act.

        An installation does so itself; but a refusal of the old token may be noted after it, by another process too.
        """
        now = self._now()

        def resume(tx: Transaction) -> list[str]:
            waiting = tx.subscriptions.waiting_workspaces(PLATFORM, FRESH_LINK)
            usable = [team for team in waiting if self._may_act(tx, team)]
            for team in usable:
                tx.subscriptions.resume_paused(PLATFORM, team, FRESH_LINK, now)
            return usable

        for team in await self._database.write(resume):
            log.info("the digests of the Slack workspace %s go on", team)

    def _may_act(self, tx: Transaction, team: str) -> bool:
        """Whether there is a token for a workspace, as far as is known here."""
        if self.single is not None and self._is_single(team):
            return team == self.single.id and not self.single_gone
        stored = tx.installations.get(team)
        return stored is not None and self._cipher is not None and decrypt_workspace(stored, self._cipher) is not None

    async def lose(self, team: str, reason: str, workspace: Workspace | None = None) -> None:
        """Note that newsbot may not act in a workspace; with `workspace` only if its token is still the one."""
        self._known.pop(team, None)
        if self.single is not None and (workspace is self.single or team == self.single.id or not self.is_shared):
            self.lose_single(reason)
            return
        try:
            now, sealed = self._now(), workspace.encrypted_token if workspace else None
            is_news = await self._database.write(lambda tx: tx.installations.mark_gone(team, reason, now, sealed))
        except StorageError as error:
            log.error("the Slack workspace %s is gone (%s), which could not be stored: %s", team, reason, error)
            return
        if is_news:
            log.warning("newsbot is not in the Slack workspace %s any more (%s)", team, reason)

    def lose_single(self, reason: str) -> None:
        """Note that Slack does not accept the token of the single workspace; it is in doubt until it works again."""
        if not self.single_gone:
            log.error("Slack does not accept SLACK_BOT_TOKEN any more (%s); it is tried again", reason)
        self.single_gone = reason
        self.is_in_doubt.set()

    async def mark_uninstalled(self, team: str, reason: str, at: datetime) -> None:
        """Slack told at `at` that newsbot was removed; it may have been installed again since."""
        if self.is_shared:
            stored = await self._database.read(lambda tx: tx.installations.get(team))
            if stored is not None and stored.installed_at > at + timedelta(seconds=1):
                with suppress(NewsbotError):  # a refusal of the token ends the workspace
                    await self.call(team, "auth.test")
                return
        await self.lose(team, reason)

    async def _read(self, team: str, known: Workspace | None) -> Workspace | None:
        try:
            stored = await self._database.read(lambda tx: tx.installations.get(team), within=_LOOK_SECONDS)
        except StorageError as error:
            if known is None:
                raise StorageUnavailable("The database can't be reached right now.") from error
            # An answer from content needs no database: what was known a minute ago still holds for a while.
            self._known[team] = known, self._now() - _TRUSTED_FOR + _LOOK_AGAIN
            return known
        found = decrypt_workspace(stored, self._cipher) if stored and self._cipher else None
        self._known[team] = (found, self._now())
        return found

    # -- rotation -------------------------------------------------------------------------------------------------

    async def _with_fresh_token(self, workspace: Workspace) -> Workspace | None:
        """The workspace with a fresh token; with the old one while that lasts and no fresh one can be had."""
        turn = self._turns.setdefault(workspace.id, asyncio.Lock())
        async with turn:
            known, _ = self._known.get(workspace.id, (None, None))
            if known is not None and known.encrypted_token != workspace.encrypted_token:
                return known  # somebody else in this process was first
            try:
                return await self._renew(workspace)
            except NewsbotError as error:
                log.warning("the Slack token of %s could not be renewed: %s", workspace.id, error)
                return self._old(workspace)

    async def _with_fresh_token_in_time(self, workspace: Workspace) -> Workspace | None:
        """As `_renewed`; an old token that lasts keeps nobody waiting who has three seconds to be answered."""
        if self._old(workspace) is None:
            return await self._with_fresh_token(workspace)
        task = self._renewals.get(workspace.id)
        if task is None:
            task = asyncio.create_task(self._with_fresh_token(workspace))
            self._renewals[workspace.id] = task
            task.add_done_callback(lambda _: self._renewals.pop(workspace.id, None))
        done, _ = await asyncio.wait({task}, timeout=_RENEWAL_SECONDS)
        return task.result() if done else workspace

    def _old(self, workspace: Workspace) -> Workspace | None:
        ends = workspace.expires_at
        return workspace if ends is not None and ends > self._now() else None

    async def _renew(self, workspace: Workspace) -> Workspace | None:
        name = f"slack-token:{workspace.id}"
        for _ in range(_ANOTHER_TRIES):
            is_ours = await self._take_lease(name)
            fresh = await self._read(workspace.id, None)
            if fresh is None or fresh.encrypted_token != workspace.encrypted_token:
                return await self._finish_renewal(name, fresh) if is_ours else fresh
            if is_ours:
                return await self._exchange(name, fresh)
            if self._old(workspace) is not None:
                return workspace  # another process is at it; the old token lasts a while yet
            await asyncio.sleep(_ANOTHER_SECONDS)
        raise PostLater("Another process is renewing this workspace's token.")

    async def _take_lease(self, name: str) -> bool:
        now = self._now()
        return await self._database.write(lambda tx: tx.leases.take(name, self._holder, now, _LEASE))

    async def _finish_renewal(self, lease: str, fresh: Workspace | None) -> Workspace | None:
        await self._database.write(lambda tx: tx.leases.give_back(lease, self._holder))
        return fresh

    async def _exchange(self, lease: str, workspace: Workspace) -> Workspace | None:
        """Exchange the refresh token, which works once, and store what it brings before anything else is done."""
        assert self._oauth is not None
        assert self._cipher is not None
        try:
            answer = await self.calls.call(
                "",
                "oauth.v2.access",
                client_id=self._oauth.client_id,
                client_secret=self._oauth.client_secret,
                grant_type="refresh_token",
                refresh_token=workspace.refresh_token,
            )
        except NewsbotError as error:
            await self._finish_renewal(lease, None)
            if isinstance(error, SlackRefused) and error.error in _DEAD_REFRESH:
                await self.lose(workspace.id, error.error, workspace)
                return None
            raise
        token, refresh = str(answer["access_token"]), str(answer.get("refresh_token") or "")
        ends = self._now() + timedelta(seconds=int(answer.get("expires_in") or 43_200))
        sealed = self._cipher.encrypt(token), self._cipher.encrypt(refresh)

        def store(tx: Transaction) -> None:
            tx.installations.renew(workspace.id, *sealed, ends)
            tx.leases.give_back(lease, self._holder)

        await self._database.write(store)
        return await self._read(workspace.id, None)
