"""What a drill of quizzes finds at its end: each game as it stands at the servers, beside the recount."""

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from drills.quizzes import recount
from drills.quizzes.record import Closed, Dark, Lives, Played
from drills.quizzes.tables import Standing

_NOBODY = "Two questions in a row had no answer"


@dataclass
class QuizAccount:
    """The figures of all games.

    Lost: a game, a question or its answer that stands nowhere. Duplicated: what stands more often than once. Unclear: a
    message of which newsbot says itself that it may stand or not. Miscounted: a receipt that cannot be, or a reveal
    that shows other numbers than were pressed. Wrong times: a question that closed before its end, or not at it.
    """

    games: int = 0
    kills: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))  # by database, then by step
    presses: int = 0
    answers: int = 0
    lost: int = 0
    duplicated: int = 0
    unclear: int = 0
    miscounted: int = 0
    wrong_points: int = 0
    wrong_times: int = 0
    alerts: list[str] = field(default_factory=list)

    @property
    def is_good(self) -> bool:
        """Nothing lost, nothing twice, everything counted once."""
        return not any((self.lost, self.duplicated, self.miscounted, self.wrong_points, self.wrong_times))

    def to_json(self) -> Mapping[str, Any]:
        """The figures, for the last line of the drill."""
        return {
            "games": self.games,
            "kills": sum(kills.total() for kills in self.kills.values()),
            "kills_by": {kind: dict(sorted(kills.items())) for kind, kills in self.kills.items()},
            "presses": self.presses,
            "answers": self.answers,
            "lost": self.lost,
            "duplicated": self.duplicated,
            "unclear": self.unclear,
            "miscounted": self.miscounted,
            "wrong_points": self.wrong_points,
            "wrong_times": self.wrong_times,
            "troubles": self.alerts,
        }

    def add(
        self, played: Played, standing: Sequence[Standing], unknown: Collection[str], lives: Lives, seconds: float
    ) -> None:
        """Count one game. `unknown` are the messages of which newsbot says that they may stand or not, by the number of
        their question, or "end"."""
        self.games += 1
        self.presses += len(played.presses)
        worth = []
        for number in self._expected(standing):
            messages = [each for each in standing if each.kind in ("question", "reveal") and each.number == number]
            self._messages(played, number, messages, is_unknown=str(number) in unknown)
            reveal = next((each for each in messages if each.kind == "reveal"), None)
            if number in played.questions:
                worth.append(self._question(played, number, reveal, lives, seconds))
                if reveal is not None and len(worth) == number + 1:
                    self._standing(played, number, reveal, worth)
        self._ending(played, standing, worth, is_unknown="end" in unknown)

    def closed(self, played: Played, closed: Closed | None, seconds: int, dark: Dark) -> None:
        """Count the only question of a game during which nobody lived, where it did not close that much later.

        `closed` is None where it did not close.
        """
        for asked in played.questions.values():
            platform = played.table.place.platform
            wrong = recount.closed_wrongly(asked, closed, seconds, dark, platform) if closed else "did not close"
            if wrong:
                self._trouble("wrong_times", played, f"its question {wrong}")

    def _expected(self, standing: Sequence[Standing]) -> range:
        """The questions that must have been asked: all, or those before nobody played any more."""
        asked = [each for each in standing if each.kind in ("question", "reveal")]
        is_early = any(_NOBODY in each.words for each in standing if each.kind == "podium")
        if is_early:
            return range(max((each.number for each in asked), default=-1) + 1)
        return range(max((each.count for each in asked), default=1))

    def _messages(self, played: Played, number: int, messages: Sequence[Standing], *, is_unknown: bool) -> None:
        """A question stands once, with its answer in its place; where it may stand or not, its answer stands apart."""
        reveals = [each for each in messages if each.kind == "reveal"]
        seen = played.questions.get(number)
        self.unclear += is_unknown
        if not reveals and not is_unknown:
            self._trouble("lost", played, f"question {number} has no answer")
        if seen is not None and seen.message.id not in {each.id for each in messages}:
            self._trouble("lost", played, f"question {number} was taken away")
        if len(reveals) > 1 or len(messages) > (2 if is_unknown else 1):
            self._trouble("duplicated", played, f"question {number} stands {len(messages)} times")

    def _question(
        self, played: Played, number: int, reveal: Standing | None, lives: Lives, seconds: float
    ) -> list[dict[str, int]]:
        """What its answers may be worth, where the reveal shows them as they may have been given.

        Where it is unclear whether a reveal stands, any choice may have been the right one.
        """
        asked = played.questions[number]
        possible = recount.ways(played, number, seconds, lives)
        choices, difficulty = len(asked.message.choices), asked.message.difficulty
        if reveal is None:
            return [recount.points(way, right, difficulty) for way in possible for right in range(choices)]
        fitting = [way for way in possible if recount.counts(way, choices) == reveal.shown]
        if not fitting:
            told = sorted((each.person, each.choice, each.receipt) for each in played.presses if each.number == number)
            self._trouble("miscounted", played, f"question {number} shows {reveal.shown} after {told}")
        self.answers += sum(reveal.shown)
        if asked.revealed_at and asked.revealed_at < recount.end_of(asked, seconds, lives):
            self._trouble("wrong_times", played, f"question {number} closed too early")
        return [recount.points(way, reveal.right, difficulty) for way in fitting]

    def _standing(self, played: Played, number: int, reveal: Standing, worth: list[list[dict[str, int]]]) -> None:
        """A reveal shows the points so far, of everybody who has any."""
        possible = [{name: points for name, points in each.items() if points} for each in recount.totals(worth)]
        if reveal.so_far is not None and reveal.so_far not in possible and all(worth):
            self._trouble("wrong_points", played, f"after question {number}: {reveal.so_far} is none of {possible[:3]}")

    def _ending(
        self, played: Played, standing: Sequence[Standing], worth: list[list[dict[str, int]]], *, is_unknown: bool
    ) -> None:
        podiums = [each for each in standing if each.kind == "podium"]
        self.unclear += is_unknown
        if len(podiums) > 1:
            self._trouble("duplicated", played, f"the final scores stand {len(podiums)} times")
        if podiums:
            possible = recount.totals(worth)
            if podiums[0].points not in possible and all(worth):
                self._trouble("wrong_points", played, f"{podiums[0].points} is none of {possible[:3]}")
        elif not is_unknown:
            self._trouble("lost", played, "no final scores")

    def _trouble(self, kind: str, played: Played, what: str) -> None:
        setattr(self, kind, getattr(self, kind) + 1)
        place = played.table.place
        self.alerts.append(f"{kind}: {place.platform} {place.channel}: {what}")
