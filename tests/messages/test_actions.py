"""Tokens: they round-trip, keep to Discord's limit, and bad ones get a sentence."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsbot.errors import TokenError
from newsbot.messages.actions import MAX_TOKEN, Action, read_token


def test_the_token_of_the_design() -> None:
    assert Action("brief.open", ("deepseek", "cost")).token() == "nb1:brief.open:deepseek:cost"


@given(st.text(min_size=1, max_size=30), st.lists(st.text(max_size=40), max_size=4).map(tuple))
def test_tokens_round_trip_within_100_characters_or_are_refused(name: str, arguments: tuple[str, ...]) -> None:
    action = Action(name, arguments)
    try:
        token = action.token()
    except TokenError:
        return
    assert len(token) <= MAX_TOKEN
    assert token.isascii()
    assert token.isprintable()
    assert read_token(token) == action


@given(
    st.text(alphabet="abcdefghij.-", min_size=1, max_size=30),
    st.lists(st.text("abc:%/ ", max_size=10), max_size=2),
)
def test_ordinary_actions_always_have_a_token(name: str, arguments: list[str]) -> None:
    assert read_token(Action(name, tuple(arguments)).token()).arguments == tuple(arguments)


def test_a_token_of_another_version_is_answered_politely() -> None:
    with pytest.raises(TokenError, match="another version"):
        read_token("nb9:brief.open:deepseek:cost")


@given(st.text(max_size=150))
def test_a_damaged_token_is_an_error_with_a_sentence_and_never_a_crash(token: str) -> None:
    try:
        read_token(token)
    except TokenError as error:
        assert str(error).endswith(".")  # noqa: PT017 (most texts raise, a few are tokens)


@pytest.mark.parametrize("token", ["", "nb1", "nb1:", "nb1:%ff", "nb1:" + "x" * 100, "brief.open", "nb1:é"])
def test_these_tokens_are_damaged(token: str) -> None:
    with pytest.raises(TokenError, match="damaged"):
        read_token(token)
