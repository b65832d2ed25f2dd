"""The week of a channel, for its digest on Friday: who won it, what most missed, how everybody did together."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta

from newsbot.content.library import Library
from newsbot.messages.cards import Block
from newsbot.messages.requests import Place
from newsbot.quizzes.cards.week_cards import Week, week_blocks
from newsbot.quizzes.people import realm_of
from newsbot.quizzes.rules.scoring import Result, totals
from newsbot.quizzes.serialization import result_of
from newsbot.storage.records import Delivery
from newsbot.storage.transaction import Transaction

_FRIDAY = 4
_WEEK = timedelta(days=7)
_CLOCKS = timedelta(minutes=1)  # by which a platform's clock may be behind ours


def is_of_friday(slot: str) -> bool:
    """Whether an edition is one of a Friday, by its slot as it is kept."""
    try:
        return date.fromisoformat(slot[:10]).weekday() == _FRIDAY
    except ValueError:  # one that somebody asked for
        return False


def week_blocks_of(tx: Transaction, library: Library, fridays: Sequence[Delivery]) -> Mapping[int, tuple[Block, ...]]:
    """The table of the week of each of these deliveries' channels, by its id; nothing where nobody played."""
    return {each.id: week_blocks(library, week_of(tx, each.place, each.due_at)) for each in fridays}


def week_of(tx: Transaction, place: Place, until: datetime) -> Week:
    """The seven days before an instant in a channel: as long from one Friday's digest to the next."""
    rows = [result_of(each) for each in tx.games.results_in(place, until - _WEEK, until)]
    hidden = tx.players.hidden_among(place.platform, realm_of(place), sorted({row.person for row in rows}))
    standing = totals(row for row in rows if row.person not in hidden)
    before = [row.is_right for row in tx.games.results_in(place, until - 2 * _WEEK, until - _WEEK)]
    return Week(standing, _missed(rows), _share(rows), (sum(before), len(before)), _in_a_row(tx, place, until))


def _missed(rows: Sequence[Result]) -> tuple[str, int, int] | None:
    """The question that the smallest share knew, with how many did and of how many; None where all were known."""
    counts: dict[str, list[bool]] = {}
    for row in rows:
        counts.setdefault(row.question, []).append(row.is_right)
    missed = [(sum(right) / len(right), -len(right), name) for name, right in counts.items() if not all(right)]
    if not missed:
        return None
    _, _, name = min(missed)
    return name, sum(counts[name]), len(counts[name])


def _share(rows: Sequence[Result]) -> tuple[int, int]:
    return sum(row.is_right for row in rows), len(rows)


def _in_a_row(tx: Transaction, place: Place, until: datetime) -> int:
    """How many questions in a row somebody in the channel answered, up to the last one that closed."""
    answered = tx.games.last_answers_in(place)
    count = 0
    for question, asked_at in tx.games.asked_in(place):
        if asked_at >= until:  # the one that is asked now
            continue
        if question not in answered or answered[question] < asked_at - _CLOCKS:
            return count
        count += 1
    return count
