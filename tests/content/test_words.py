"""Words as search compares them."""

from newsbot.content.passages import passages_of
from newsbot.content.words import tokens
from tests.shipped import shipped_library

PHRASES = "The S-1 and the 8-K of a U.S. data center: its own open source, gone public in a single day."


def test_the_words_of_a_text_are_the_same_whatever_stands_beside_it() -> None:
    library = shipped_library()
    texts = [text for each in passages_of(library) for text in (each.heading, each.names, *each.sentences)]
    assert len(texts) > 1_000
    for text in (*texts, PHRASES, PHRASES.upper()):
        assert tokens(f"{text} | gone public") == [*tokens(text), "ipo"], text


def test_phrases_are_one_word_each() -> None:
    said = [tokens(f"a {phrase} b")[1:-1] for phrase in ("S-1", "8-K", "10-q", "U.S.", "USA", "Data Centre")]
    assert said == [["s1"], ["filing"], ["filing"], ["usa"], ["usa"], ["datacentre"]]
