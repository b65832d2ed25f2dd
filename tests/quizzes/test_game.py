"""A game: it always comes to its end, keeps the time that was left through outages, and obeys whom it should."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsbot.errors import RequestError
from newsbot.quizzes.game import (
    LONGEST,
    PAUSE,
    SETTLE,
    Game,
    advance,
    due,
    ends_at,
    finished,
    may_vote,
    new_game,
    posted,
    postponed,
    refused,
    revealed,
    skipped,
    stopped,
    votes_needed,
)
from newsbot.storage.records import OutageRecord
from tests.quizzes.samples import NOW, PLACE, after, asking, game, outage, outages

SECOND = timedelta(seconds=1)


def done(of: Game, now: datetime) -> Game:
    """The game after what is to be done was done and confirmed."""
    match of.to_do:
        case "post":
            return posted(of, now)
        case "reveal":
            return revealed(of, now)
        case "finish":
            return finished(of, now)
    return of


def play(of: Game, answered: list[bool]) -> tuple[Game, list[str], datetime]:
    """The game played by itself to its end: what was done in order, and when it ended."""
    now, deeds = of.since, []
    while (at := due(of)) is not None:
        now = max(now, at)
        if of.to_do:
            deeds.append(f"{of.to_do} {of.number}")
            of = done(of, now)
        else:
            of = advance(of, now, answered[of.number])
    return of, deeds, now


def test_a_game_posts_and_reveals_each_question_and_then_finishes() -> None:
    ended, deeds, now = play(game(3), [True, False, True])
    assert deeds == ["post 0", "reveal 0", "post 1", "reveal 1", "post 2", "reveal 2", "finish 2"]
    assert (ended.phase, ended.ending) == ("ended", "finished")
    assert now - NOW == 3 * (20 * SECOND + SETTLE) + 2 * PAUSE


@given(st.lists(st.booleans(), min_size=6, max_size=6), st.integers(1, 6))
def test_two_questions_in_a_row_without_an_answer_end_a_game(answered: list[bool], count: int) -> None:
    ended, deeds, _ = play(game(count), answered)
    silent = [n for n in range(1, count) if not answered[n] and not answered[n - 1]]
    last = silent[0] if silent else count - 1
    assert deeds[-1] == f"finish {last}"
    assert ended.ending == ("nobody" if silent and last < count - 1 else "finished")


def test_a_question_stays_open_a_little_for_presses_on_their_way_and_no_longer() -> None:
    open_one = asking(seconds=20)
    assert ends_at(open_one) == after(20)
    assert due(open_one) == after(20) + SETTLE
    assert advance(open_one, after(21.9), True) == open_one
    assert advance(open_one, after(22), True).phase == "revealing"


def test_a_process_that_was_dead_for_an_hour_goes_on_with_the_time_that_was_left() -> None:
    open_one = asking(seconds=20)
    down = [outage(15, 3_615)]
    assert ends_at(open_one, down) == after(3_620)
    assert advance(open_one, after(3_616), True, down) == open_one
    assert advance(open_one, after(3_622), True, down).phase == "revealing"


spans = st.lists(st.tuples(st.integers(-60, 60), st.integers(0, 60)), max_size=5)


@given(spans, st.integers(1, 40))
def test_the_clock_of_a_question_runs_only_while_newsbot_is_up(found: list[tuple[float, float]], seconds: int) -> None:
    """Against a clock that counts second by second; outages overlap and touch as they like."""
    down = outages(found)
    now, left = NOW, seconds
    while left:
        if not any(each.start <= now < each.end for each in down):
            left -= 1
        now += SECOND
    assert ends_at(asking(seconds=seconds), down) == now


@given(spans, st.permutations(range(5)))
def test_outages_may_be_told_in_any_order(found: list[tuple[float, float]], order: list[int]) -> None:
    down = outages(found)
    mixed = [down[place] for place in order if place < len(down)]
    assert ends_at(asking(), mixed) == ends_at(asking(), down)


def test_a_game_of_24_hours_ends_wherever_it_is() -> None:
    over = NOW + LONGEST
    assert due(asking(seconds=None)) == over
    closed = advance(asking(seconds=None), over, False)
    assert (closed.phase, closed.ending) == ("revealing", "day")
    assert revealed(closed, over).phase == "finishing"
    assert advance(game(), over, False).phase == "finishing"
    pausing = replace(asking(), phase="pausing", since=over - SECOND)
    assert advance(pausing, over, True).phase == "finishing"
    assert due(asking(seconds=20), [OutageRecord(NOW, NOW + 2 * LONGEST)]) == over


def test_without_a_time_limit_only_a_vote_goes_on() -> None:
    assert ends_at(asking(seconds=None)) is None
    assert advance(asking(seconds=None), after(80_000), True) == asking(seconds=None)
    assert skipped(asking(seconds=None), after(9), {"ada"}, {"ada"}).phase == "revealing"


@given(st.sampled_from(["posting", "asking", "revealing", "pausing", "finishing", "ended"]))
def test_a_confirmation_that_comes_late_or_twice_changes_nothing(phase: str) -> None:
    of = replace(asking(), phase=phase)  # type: ignore[arg-type]
    for confirm, its_own in ((posted, "posting"), (revealed, "revealing"), (finished, "finishing")):
        if phase != its_own:
            assert confirm(of, after(99)) == of
        else:
            once = confirm(of, after(99))
            assert confirm(once, after(100)) == once


def test_what_cannot_be_done_now_is_tried_again_and_what_is_refused_ends_the_game() -> None:
    later = postponed(game(), after(30))
    assert (due(later), later.to_do) == (after(30), "post")
    assert due(refused(later, after(31))) is None
    assert refused(later, after(31)).ending == "refused"
    assert postponed(asking(), after(30)) == asking()


def test_the_starter_and_admins_stop_a_game_and_an_open_question_is_revealed_first() -> None:
    assert stopped(asking(), "ada", False, after(3)).to_do == "reveal"
    assert stopped(asking(), "eve", True, after(3)).ending == "stopped"
    pausing = replace(asking(), phase="pausing")
    assert stopped(pausing, "ada", False, after(3)).to_do == "finish"
    with pytest.raises(RequestError, match="Only whoever started"):
        stopped(asking(), "eve", False, after(3))
    with pytest.raises(RequestError, match="over already"):
        stopped(stopped(asking(), "ada", False, after(3)), "ada", False, after(4))


@pytest.mark.parametrize(
    ("players", "needed"),
    [(set(), 1), ({"ada"}, 1), ({"bob"}, 2), ({"ada", "bob"}, 2), ({"a", "b", "c"}, 2), ({"a", "b", "c", "d"}, 3)],
)
def test_a_question_is_skipped_by_a_majority_or_by_a_starter_alone(players: set[str], needed: int) -> None:
    assert votes_needed(game(), players) == needed


@given(st.sets(st.sampled_from("abcdef")), st.sets(st.sampled_from("abcdefxyz")))
def test_only_votes_of_those_who_play_count(players: set[str], votes: set[str]) -> None:
    counted = {vote for vote in votes if may_vote(game(), vote, players)}
    assert counted == votes & players
    is_skipped = skipped(asking(), after(3), votes, players).phase == "revealing"
    assert is_skipped == (len(counted) >= votes_needed(game(), players))


def test_a_skipped_question_is_none_that_nobody_answered() -> None:
    silent = replace(asking(), silent=1)
    assert skipped(silent, after(3), {"ada"}, ()).silent == 0
    assert skipped(replace(asking(), phase="pausing"), after(3), {"ada"}, ()).phase == "pausing"


def test_a_game_without_questions_is_refused_with_a_sentence() -> None:
    with pytest.raises(RequestError, match="no question of that kind"):
        new_game(1, PLACE, "ada", (), 20, NOW)
