"""A game: it always comes to its end, keeps the time that was left through outages, and obeys whom it should."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsbot.errors import RequestError
from newsbot.quizzes.rules.game import (
    LONGEST,
    PAUSE,
    SETTLE,
    Game,
    Phase,
    advance,
    daily_game,
    due,
    end_as_refused,
    ends_at,
    may_vote,
    new_game,
    pause_for_outage,
    postpone,
    skip_by_vote,
    stop,
    to_correct,
    votes_needed,
    with_answer_revealed,
    with_end_told,
    with_question_posted,
    with_scores_posted,
    with_thread_opened,
)
from newsbot.storage.records import OutageRecord
from tests.quizzes.samples import NOW, PLACE, after, asking, game, outage, outages, question

SECOND = timedelta(seconds=1)
THREAD = replace(PLACE, channel="thread-9")
PHASES: tuple[Phase, ...] = (
    *("opening", "posting", "asking", "revealing"),
    *("pausing", "finishing", "ended", "mending"),
)


def in_thread(count: int = 3) -> Game:
    """A game that is to get a thread of its own."""
    return new_game(PLACE, "ada", game(count).questions, 20, NOW, in_thread=True)


def closed(of: Game | None = None, shown: int = 0) -> Game:
    """A game with a question whose answer is shown, in the pause after it."""
    return with_answer_revealed(advance(of or asking(), after(22), shown), after(22), shown)


def done(of: Game, now: datetime, shown: int = 0) -> Game:
    """The game after what is to be done was done and confirmed."""
    match of.to_do:
        case "open":
            return with_thread_opened(of, THREAD, now)
        case "post":
            return with_question_posted(of, now, now)
        case "reveal":
            return with_answer_revealed(of, now, shown)
        case "finish" | "mend":
            return with_scores_posted(of, now)
    return of


def play(of: Game, answered: list[bool]) -> tuple[Game, list[str], datetime]:
    """The game played by itself to its end: what was done in order, and when it ended."""
    deeds: list[str] = []
    now = of.since
    for _ in range(100):
        if (at := due(of)) is None:
            return of, deeds, now
        now = max(now, at)
        if of.to_do:
            deeds.append(f"{of.to_do} {of.number}")
            of = done(of, now, int(answered[of.number]))
        else:
            of = advance(of, now, int(answered[of.number]))
    raise AssertionError(f"it does not end: {deeds}")


# -- its way ---------------------------------------------------------------------------------------------------------


def test_a_game_posts_and_reveals_each_question_and_then_finishes() -> None:
    ended, deeds, now = play(game(3), [True, False, True])
    assert deeds == ["post 0", "reveal 0", "post 1", "reveal 1", "post 2", "reveal 2", "finish 2"]
    assert (ended.phase, ended.ending) == ("ended", "finished")
    assert now - NOW == 3 * (20 * SECOND + SETTLE) + 3 * PAUSE


def test_after_the_last_answer_there_is_a_pause_before_the_final_scores() -> None:
    last = asking(count=1)
    shown = advance(last, after(22), 1)
    assert (shown.phase, shown.ending) == ("revealing", "finished")
    pausing = with_answer_revealed(shown, after(23), 1)
    assert (pausing.phase, due(pausing)) == ("pausing", after(23) + PAUSE)
    assert advance(pausing, after(28.9), 1) == pausing
    assert advance(pausing, after(29), 1).phase == "finishing"


def test_a_game_in_a_thread_opens_it_first_and_belongs_to_its_channel() -> None:
    opening = in_thread()
    assert (opening.to_do, opening.place, opening.home) == ("open", PLACE, PLACE)
    of = with_thread_opened(opening, THREAD, after(1))
    assert (of.to_do, of.place, of.home, of.since) == ("post", THREAD, PLACE, after(1))
    assert with_thread_opened(of, PLACE, after(2)) == of
    _, deeds, _ = play(opening, [True, True, True])
    assert deeds[:2] == ["open 0", "post 0"]


@given(st.lists(st.booleans(), min_size=6, max_size=6), st.integers(1, 6), st.booleans())
def test_two_questions_in_a_row_without_an_answer_end_a_game(answered: list[bool], count: int, threaded: bool) -> None:
    ended, deeds, _ = play(in_thread(count) if threaded else game(count), answered)
    silent = [n for n in range(1, count) if not answered[n] and not answered[n - 1]]
    last = silent[0] if silent else count - 1
    assert deeds[-1] == f"finish {last}"
    assert ended.ending == ("nobody" if silent and last < count - 1 else "finished")


def test_the_next_question_begins_with_nothing_of_the_one_before() -> None:
    of = closed(pause_for_outage(asking(), outage(-60, -50)), shown=3)
    after_it = advance(of, after(28), 3)
    assert (after_it.phase, after_it.number, after_it.since) == ("posting", 1, after(28))
    assert (after_it.asked_at, after_it.closed_at, after_it.shown, after_it.outages) == (None, None, 0, ())


def test_answers_that_came_late_but_in_time_are_shown_before_the_game_goes_on() -> None:
    pausing = closed(shown=2)
    again = advance(pausing, after(28), 3)
    assert (again.phase, again.number, again.since) == ("revealing", 0, after(28))
    pause = with_answer_revealed(again, after(29), 3)
    assert (pause.phase, pause.shown) == ("pausing", 3)
    assert advance(pause, after(35), 3).number == 1


def test_answers_that_came_late_are_shown_also_before_the_final_scores() -> None:
    pausing = replace(closed(shown=0), ending="stopped")
    assert advance(pausing, after(28), 1).phase == "revealing"
    assert advance(pausing, after(28), 0).phase == "finishing"


# -- time ------------------------------------------------------------------------------------------------------------


def test_a_question_stays_open_a_little_for_presses_on_their_way_and_no_longer() -> None:
    open_one = asking(seconds=20)
    assert ends_at(open_one) == after(20)
    assert due(open_one) == after(20) + SETTLE
    assert advance(open_one, after(21.9), 1) == open_one
    assert advance(open_one, after(22), 1).phase == "revealing"


@pytest.mark.parametrize("off", [-300, -1, 0.4, 300])
def test_presses_are_judged_by_the_platforms_clock_and_the_game_goes_on_by_our_own(off: float) -> None:
    of = with_question_posted(game(seconds=20), after(off), after(3))
    assert (of.asked_at, ends_at(of)) == (after(off), after(off + 20))
    assert due(of) == after(3 + 20) + SETTLE
    shown = advance(of, after(25), 1)
    assert (shown.phase, shown.closed_at) == ("revealing", after(off + 20))


def test_a_process_that_was_dead_for_an_hour_goes_on_with_the_time_that_was_left() -> None:
    open_one = pause_for_outage(asking(seconds=20), outage(15, 3_615))
    assert ends_at(open_one) == after(3_620)
    assert advance(open_one, after(3_616), 1) == open_one
    assert advance(open_one, after(3_622), 1).phase == "revealing"


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
    of = replace(asking(seconds=seconds), outages=down)
    assert ends_at(of) == now
    assert due(with_end_told(of)) == now + SETTLE


@given(spans, st.permutations(range(5)))
def test_outages_may_be_told_in_any_order(found: list[tuple[float, float]], order: list[int]) -> None:
    down = outages(found)
    mixed = tuple(down[place] for place in order if place < len(down))
    assert ends_at(replace(asking(), outages=mixed)) == ends_at(replace(asking(), outages=down))


def test_outages_add_up_and_none_is_lost() -> None:
    of = pause_for_outage(pause_for_outage(asking(seconds=20), outage(5, 15)), outage(20, 30))
    assert of.outages == (outage(5, 15), outage(20, 30))
    assert ends_at(of) == after(40)


def test_a_game_of_24_hours_ends_wherever_it_is() -> None:
    over = NOW + LONGEST
    assert due(asking(seconds=None)) == over
    shown = advance(asking(seconds=None), over, 0)
    assert (shown.phase, shown.ending) == ("revealing", "day")
    pause = with_answer_revealed(shown, over, 0)
    assert (due(pause), advance(pause, over, 0).phase) == (over, "finishing")
    for of in (game(), in_thread()):
        ended = advance(replace(of, since=over - SECOND), over, 0)
        assert (ended.phase, ended.ending) == ("finishing", "day")
    pausing = replace(closed(shown=1), since=over - SECOND)
    assert (due(pausing), advance(pausing, over, 1).ending) == (over, "day")
    down = pause_for_outage(asking(seconds=20), OutageRecord(NOW, NOW + 2 * LONGEST))
    assert due(with_end_told(down)) == over


def test_a_message_that_names_another_end_is_changed_first_and_then_the_game_waits() -> None:
    """It may come late, and outages move the end; nobody who goes by what it says is late."""
    at_once = with_question_posted(game(seconds=20), after(0.3), after(0.4), put_at=NOW)
    assert (at_once.to_do, at_once.told_at) == (None, after(20))
    for stood, put in ((2.5, 0), (0, 0.9 + 1)):
        of = with_question_posted(game(seconds=20), after(stood), after(3), put_at=after(put))
        assert (of.to_do, due(of)) == ("tell time", after(3))
        assert advance(of, after(10), 0) == of
        told = with_end_told(of)
        assert (told.to_do, told.told_at, due(told)) == (None, after(stood + 20), after(3 + 20) + SETTLE)
    down = pause_for_outage(at_once, outage(5, 65))
    assert down.to_do == "tell time"
    assert with_end_told(down).told_at == after(80.3)


def test_a_question_without_a_time_limit_and_one_of_the_day_name_no_end() -> None:
    assert asking(seconds=None).to_do is None
    daily = daily_game("ab12", PLACE, question(), NOW, after(60))
    assert (daily.to_do, due(daily), ends_at(daily)) == (None, None, after(60))


def test_what_is_to_be_done_is_not_given_up_before_24_hours() -> None:
    for of in (game(), in_thread()):
        assert advance(of, NOW + LONGEST - SECOND, 0) == of


def test_without_a_time_limit_only_a_vote_goes_on() -> None:
    assert ends_at(asking(seconds=None)) is None
    assert advance(asking(seconds=None), after(80_000), 1) == asking(seconds=None)
    assert skip_by_vote(asking(seconds=None), after(9), after(9), {"ada"}, {"ada"}).phase == "revealing"


# -- confirmations ---------------------------------------------------------------------------------------------------

CONFIRMATIONS: tuple[tuple[Callable[[Game], Game], set[Phase]], ...] = (
    (lambda of: with_thread_opened(of, THREAD, after(99)), {"opening"}),
    (lambda of: with_question_posted(of, after(98), after(99)), {"posting"}),
    (lambda of: with_answer_revealed(of, after(99), 5), {"revealing"}),
    (lambda of: with_scores_posted(of, after(99)), {"finishing", "mending"}),
)


@given(st.sampled_from(PHASES), st.sampled_from(CONFIRMATIONS))
def test_a_confirmation_that_comes_late_or_twice_changes_nothing(
    phase: Phase, confirmation: tuple[Callable[[Game], Game], set[Phase]]
) -> None:
    of = replace(asking(), phase=phase)
    confirm, its_own = confirmation
    once = confirm(of)
    assert (once != of) == (phase in its_own)
    assert confirm(once) == once


@given(st.sampled_from(PHASES), st.integers(0, 30), st.integers(0, 3))
def test_moving_on_twice_at_one_instant_is_moving_on_once_unless_there_is_more_to_wait_for(
    phase: Phase, seconds: int, answers: int
) -> None:
    of = replace(asking(), phase=phase)
    once = advance(of, after(seconds), answers)
    assert advance(once, after(seconds), answers) == once


def test_what_cannot_be_done_now_is_tried_again_and_what_is_refused_ends_the_game() -> None:
    later = postpone(game(), after(30))
    assert (due(later), later.to_do) == (after(30), "post")
    assert due(end_as_refused(later, after(31))) is None
    assert end_as_refused(later, after(31)).ending == "refused"
    assert postpone(asking(), after(30)) == asking()
    for phase in ("ended", "mending"):
        over = replace(asking(), phase=phase, ending="finished")
        assert end_as_refused(over, after(31)) == over


def test_final_scores_are_shown_anew_only_once_they_stand_and_then_the_game_has_ended_again() -> None:
    for phase in PHASES:
        of = replace(asking(), phase=phase)
        mended = to_correct(of, after(50))
        assert (mended.phase == "mending") == (phase in ("ended", "mending"))
        assert mended.must_correct == (phase != "ended")
    mending = to_correct(replace(asking(), phase="ended", ending="finished"), after(50))
    assert (mending.to_do, due(mending)) == ("mend", after(50))
    again = with_scores_posted(mending, after(51))
    assert (again.phase, again.ending, due(again)) == ("ended", "finished", None)
    assert advance(mending, NOW + LONGEST, 0) == mending
    played = to_correct(replace(asking(), phase="finishing", ending="finished"), after(50))
    assert (with_scores_posted(played, after(52)).to_do, with_scores_posted(played, after(52)).must_correct) == (
        "mend",
        False,
    )


# -- who may end it --------------------------------------------------------------------------------------------------


def test_an_open_question_of_a_stopped_game_is_revealed_first_and_closed_at_that_instant() -> None:
    of = stop(asking(), "ada", after(3), is_admin=False)
    assert (of.to_do, of.ending, of.closed_at, of.since) == ("reveal", "stopped", after(3), after(3))
    ended, deeds, _ = play(of, [True, True, True])
    assert (deeds, ended.ending) == (["reveal 0", "finish 0"], "stopped")


def test_a_game_that_is_stopped_while_its_message_is_on_its_way_reveals_it_once_it_stands() -> None:
    of = stop(game(), "ada", after(1), is_admin=False)
    assert (of.to_do, of.ending) == ("post", "stopped")
    stands = with_question_posted(of, after(2), after(4))
    assert (stands.to_do, stands.asked_at, stands.closed_at) == ("reveal", after(2), after(2))
    assert play(of, [True, True, True])[1] == ["post 0", "reveal 0", "finish 0"]


def test_a_game_that_is_stopped_before_its_thread_stands_goes_straight_to_its_end() -> None:
    of = stop(in_thread(), "ada", after(1), is_admin=False)
    assert (of.to_do, of.ending) == ("finish", "stopped")


def test_a_game_that_is_stopped_between_questions_asks_no_more() -> None:
    revealing = advance(asking(), after(22), 1)
    of = stop(revealing, "ada", after(23), is_admin=False)
    assert (of.to_do, of.ending) == ("reveal", "stopped")
    assert play(of, [True, True, True])[1] == ["reveal 0", "finish 0"]
    pausing = stop(closed(shown=1), "ada", after(24), is_admin=False)
    assert due(pausing) == after(24)
    assert advance(pausing, after(24), 1).phase == "finishing"


def test_only_the_starter_and_admins_stop_a_game_and_only_once() -> None:
    assert stop(asking(), "eve", after(3), is_admin=True).ending == "stopped"
    with pytest.raises(RequestError, match="Only the person who started"):
        stop(asking(), "eve", after(3), is_admin=False)
    with pytest.raises(RequestError, match="over already"):
        stop(stop(asking(), "ada", after(3), is_admin=False), "ada", after(4), is_admin=False)
    with pytest.raises(RequestError, match="over already"):
        stop(replace(asking(), phase="ended", ending="finished"), "ada", after(4), is_admin=True)


@pytest.mark.parametrize(
    ("players", "needed"),
    [(set(), 1), ({"ada"}, 1), ({"bob"}, 2), ({"ada", "bob"}, 2), ({"a", "b", "c"}, 2), ({"a", "b", "c", "d"}, 3)],
)
def test_a_question_is_skipped_by_a_majority_or_by_a_starter_alone(players: set[str], needed: int) -> None:
    assert votes_needed(game(), players) == needed


@given(st.sets(st.sampled_from(["ada", *"abcdef"])), st.sets(st.sampled_from(["ada", *"abcdefxyz"])))
def test_only_votes_of_the_starter_and_of_those_who_play_count(players: set[str], votes: set[str]) -> None:
    counted = {vote for vote in votes if may_vote(game(), vote, players)}
    assert counted == votes & (players | {"ada"})
    is_skipped = skip_by_vote(asking(), after(3), after(3), votes, players).phase == "revealing"
    assert is_skipped == (len(counted) >= votes_needed(game(), players))


def test_a_skipped_question_is_closed_when_the_last_vote_was_pressed_and_is_none_that_nobody_answered() -> None:
    silent = replace(asking(), silent=1)
    of = skip_by_vote(silent, after(3), after(5), {"ada"}, ())
    assert (of.phase, of.silent, of.closed_at, of.since, of.ending) == ("revealing", 0, after(3), after(5), "")
    assert skip_by_vote(asking(count=1), after(3), after(5), {"ada"}, ()).ending == "finished"


@given(st.sampled_from(PHASES))
def test_only_a_question_that_is_being_asked_can_be_skipped(phase: Phase) -> None:
    of = replace(asking(), phase=phase)
    assert (skip_by_vote(of, after(3), after(3), {"ada"}, ()) != of) == (phase == "asking")


# -- other games -----------------------------------------------------------------------------------------------------


def test_the_question_of_a_day_waits_for_nothing_and_moves_nowhere_by_itself() -> None:
    of = daily_game("ab12", PLACE, question(), NOW)
    assert (of.phase, of.daily, of.asked_at, of.starter) == ("asking", "ab12", NOW, "")
    assert (due(of), ends_at(of)) == (None, None)
    assert advance(of, NOW + 30 * LONGEST, 0) == of
    over = replace(of, phase="ended")
    assert to_correct(over, after(1)) == over


def test_a_game_without_questions_is_refused_with_a_sentence() -> None:
    with pytest.raises(RequestError, match="no question of that kind"):
        new_game(PLACE, "ada", (), 20, NOW)
