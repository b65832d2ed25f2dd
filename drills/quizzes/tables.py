"""Tables: the channels in which games are played, and what stands there, read as people read it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from newsbot.messages.requests import Place
from tests.discord.loopback import LoopbackDiscord
from tests.discord.loopback_world import EPOCH_MS
from tests.slack.loopback import LoopbackSlack

Kind = Literal["question", "reveal", "podium", "other"]
_TITLE = re.compile(r"Question (\d+) of (\d+)(: the answer)?(?: · (easy|medium|hard))?")
_CHOSEN = re.compile(r"^Answers: (.*)$", re.MULTILINE)
_STANDING = re.compile(r"^After \d+ of \d+: (.*)$", re.MULTILINE)
_RIGHT = re.compile(r"The right answer is ([A-D]) · ")
_SCORE = re.compile(r"^\W*(?:\d+(?: \(shared\))? · )?(\w+):?\s+(\d+) points", re.MULTILINE)
_MARKS = re.compile(r"[*\\]|^-# ", re.MULTILINE)
_WORDS = ("content", "text")
_TOKENS = ("custom_id", "value")


@dataclass(frozen=True, slots=True)
class Table:
    """A channel with one game. `place` is where newsbot was asked for it; its questions may stand in a thread."""

    place: Place
    in_thread: bool = False


@dataclass(frozen=True, slots=True)
class Standing:
    """A message of newsbot as it stands: when it was posted and last changed, by the platform's clock, in seconds."""

    id: str
    where: Place
    at: float
    changed_at: float
    words: str
    tokens: tuple[str, ...]

    @property
    def kind(self) -> Kind:
        """What it is."""
        if found := _TITLE.search(self.words):
            return "reveal" if found[3] else "question"
        return "podium" if "Final scores" in self.words else "other"

    @property
    def number(self) -> int:
        """Of which question it is, from 0."""
        found = _TITLE.search(self.words)
        assert found is not None
        return int(found[1]) - 1

    @property
    def count(self) -> int:
        """How many questions its game has."""
        found = _TITLE.search(self.words)
        assert found is not None
        return int(found[2])

    @property
    def difficulty(self) -> str:
        """How hard its question is said to be."""
        found = _TITLE.search(self.words)
        assert found is not None
        return found[4]

    @property
    def choices(self) -> tuple[str, ...]:
        """The tokens of the buttons to answer with, in their order."""
        return tuple(dict.fromkeys(token for token in self.tokens if token.startswith("nb1:quiz.answer:")))

    @property
    def shown(self) -> tuple[int, ...]:
        """How many chose each choice, as the reveal shows it; empty where nobody answered."""
        found = _CHOSEN.search(self.words)
        return tuple(int(each.split()[1]) for each in found[1].split(" · ")) if found else ()

    @property
    def right(self) -> int:
        """The right choice, as the reveal tells it."""
        found = _RIGHT.search(self.words)
        assert found is not None
        return "ABCD".index(found[1])

    @property
    def so_far(self) -> dict[str, int] | None:
        """Everyone's points after its question, as the reveal shows them; None where it shows none."""
        found = _STANDING.search(self.words)
        if found is None:
            return None
        named = (each.rsplit(" ", 1) for each in found[1].split(" · ") if each != "nobody has points yet.")
        return {name: int(points) for name, points in named}

    @property
    def points(self) -> dict[str, int]:
        """Everyone's points by name, as the final scores show them."""
        return {found[1]: int(found[2]) for found in _SCORE.finditer(self.words)}


def standing(town: LoopbackDiscord, slack: LoopbackSlack, table: Table) -> list[Standing]:
    """What newsbot posted at a table, its thread included, oldest first."""
    return in_discord(town, table.place) if table.place.platform == "discord" else in_slack(slack, table.place)


def in_discord(town: LoopbackDiscord, place: Place) -> list[Standing]:
    home = town.world.channels[int(place.channel)]
    assert home.guild is not None
    found = []
    for channel in (home, *(each for each in home.guild.channels.values() if each.parent is home)):
        where = Place("discord", place.workspace, str(channel.id))
        for message in town.messages(channel):
            at = ((int(message["id"]) >> 22) + EPOCH_MS) / 1_000
            edited = message["edited_timestamp"]
            changed_at = datetime.fromisoformat(edited).timestamp() if edited else at
            found.append(_read(message["id"], where, at, changed_at, message["components"]))
    return found


def in_slack(slack: LoopbackSlack, place: Place) -> list[Standing]:
    channel = slack.workspace.channels[place.channel]
    found = []
    for message in slack.messages(channel):
        where = Place("slack", place.workspace, place.channel, message.thread_ts)
        changed_at = float(message.edited or message.ts)
        found.append(_read(message.ts, where, float(message.ts), changed_at, message.blocks))
    return found


def _read(name: str, where: Place, at: float, changed_at: float, body: list[dict[str, Any]]) -> Standing:
    words = _MARKS.sub("", "\n".join(_under(body, _WORDS)))
    tokens = tuple(value for value in _under(body, _TOKENS) if value.startswith("nb1:"))
    return Standing(name, where, at, changed_at, words, tokens)


def _under(node: Any, names: tuple[str, ...]) -> Iterator[str]:
    """Every text that stands under one of these names, anywhere in a message."""
    if isinstance(node, list):
        for each in node:
            yield from _under(each, names)
    elif isinstance(node, dict):
        for name, value in node.items():
            if name in names and isinstance(value, str):
                yield value
            else:
                yield from _under(value, names)
