"""The seal: anybody can check it, it holds only for what was sealed, and it does not show the answer early."""

import subprocess
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from newsbot.quizzes.rules.sealing import is_genuine, new_salt, one_line, seal, shell_line

lines = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=60).map(one_line)


def test_a_seal_is_what_it_is_documented_to_be() -> None:
    shown = "1d8e6b0ed8e4f7ea4b8f0b6ba3cf9b8d"
    by_hand = subprocess.run(
        ["sha256sum"], input=f"{shown}\nWhere?\nHere".encode(), capture_output=True, check=True
    ).stdout.split()[0]
    assert seal("Where?", "Here", shown) == by_hand.decode()


@settings(max_examples=25)
@given(lines, lines, st.integers())
def test_anybody_can_check_a_seal_with_one_line_in_a_shell(question: str, right: str, seed: int) -> None:
    salt = new_salt(Random(seed))
    line = shell_line(question, right, salt)
    printed = subprocess.run(["sh", "-c", line], capture_output=True, check=True).stdout.decode()
    assert printed.split()[0] == seal(question, right, salt)


@given(lines, lines, lines, lines)
def test_a_seal_holds_for_no_other_question_and_no_other_choice(q: str, r: str, other_q: str, other_r: str) -> None:
    salt = "ab" * 16
    assert is_genuine(seal(q, r, salt), q, r, salt)
    assert is_genuine(seal(q, r, salt), other_q, other_r, salt) == ((q, r) == (other_q, other_r))
    assert not is_genuine(seal(q, r, salt), q, r, "cd" * 16)


def test_a_line_break_cannot_move_words_from_the_question_to_the_choice() -> None:
    with pytest.raises(ValueError, match="one line"):
        seal("Where?\nHere", "", "ab" * 16)


def test_a_salt_has_128_bits_and_is_new_each_time() -> None:
    random = Random(1)
    salts = {new_salt(random) for _ in range(200)}
    assert len(salts) == 200
    assert {len(bytes.fromhex(salt)) for salt in salts} == {16}
