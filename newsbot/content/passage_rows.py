"""A passage with the stems of its parts: what a word is worth in them, and whether a sentence is about the question."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from newsbot.content.asked import Asked
from newsbot.content.models import date_words
from newsbot.content.passages import Passage
from newsbot.content.times import AskedTime
from newsbot.content.words import is_version, stems

# What a word is worth that stands not in the sentence itself.
HEADING, ELSEWHERE, NAMES, TOPIC = 0.92, 0.72, 0.75, 0.86
TOPIC_WORD = 0.55  # what one is worth that stands in the name of the topic alone
CAVEAT = 0.45  # what it is worth in what a figure leaves out
ASIDE = 0.42  # and one that stands where another name may be meant
_PRONOUN = re.compile(r"(?:It|Its|They|Their|He|His|She|Her|This|That)\b")


@dataclass(frozen=True, slots=True)
class PassageRow:
    """A passage with the stems of its parts."""

    passage: Passage
    sentences: tuple[frozenset[str], ...]
    heading: frozenset[str]
    names: frozenset[str]
    topics: frozenset[str]
    about: frozenset[str] = field(repr=False)
    everything: frozenset[str] = field(repr=False)
    told: frozenset[str] = field(repr=False)  # what it is a number of: everything without the caveats of a figure


@dataclass(frozen=True, slots=True)
class Parts:
    """What a word is worth in the parts of a passage; only the first `sentences` are worth all."""

    heading: float
    names: float
    elsewhere: float
    sentences: int = 99
    topic: float = 0.0


OF_NAMES = Parts(HEADING, ASIDE, ELSEWHERE, topic=TOPIC)
OF_NAMES_IN_FIGURES = Parts(HEADING, ASIDE, ASIDE, 1, TOPIC)


def passage_row(passage: Passage, topics: Mapping[str, str]) -> PassageRow:
    sentences = tuple(frozenset(stems(sentence)) for sentence in passage.sentences)
    heading = frozenset(stems(f"{passage.heading} {date_words(passage.day) if passage.kind == 'event' else ''}"))
    names = frozenset(stems(passage.names))
    about = frozenset(stems(" ".join((*passage.topics, *(topics[each] for each in passage.topics)))))
    everything = heading | names | about.union(*sentences)
    told = everything
    if passage.kind == "figure":
        told = heading | names | about | sentences[0]
    elif passage.kind == "event":  # whose names are tickers of whom it may not speak
        told = heading | about.union(*sentences)
    return PassageRow(passage, sentences, heading, names, about, heading | about, everything, told)


def word_worth(
    present: frozenset[str], variants: Mapping[str, float], row: PassageRow, parts: Parts
) -> tuple[float, list[float]]:
    """What a word is worth by the parts around the sentences, and within each of them."""
    base, inside = 0.0, [0.0] * len(row.sentences)
    for word in present:
        worth, at = variants[word], 0.0
        for place, sentence in enumerate(row.sentences):
            if word in sentence:
                at = parts.elsewhere
                if place < parts.sentences and worth > inside[place]:
                    inside[place] = worth
        if word in row.heading and parts.heading > at:
            at = parts.heading
        if word in row.names and parts.names > at:
            at = parts.names
        if parts.topic > at and word in row.topics:
            at = parts.topic
        base = max(base, at * worth)
    return base, inside


def is_of_time(time: AskedTime, passage: Passage) -> bool:
    if time.latest or time.holds(passage.day):
        return True
    text = passage.sentences[0] if passage.kind == "figure" else passage.text
    said = f"{passage.heading} {text} {passage.row}"
    if time.exact:
        return time.words in said or _short_date(time) in said
    return time.words.split()[0] in said or time.words.split()[0][:3] in passage.row


def timeliness(asked: Asked, passage: Passage, sentence: str) -> float:
    """What to add where the very sentence is of the time that was asked for, and to take off where it is not."""
    if asked.time is None:
        return 0.0
    if passage.kind == "event":
        return 0.06 if asked.kind in ("when", "why", "is", "") else 0.0
    told = f"{sentence} {passage.heading}"
    return 0.0 if not asked.time.exact or asked.time.words in told or _short_date(asked.time) in told else -0.08


def astray(asked: Asked, row: PassageRow, place: int, others: frozenset[str], names: frozenset[str]) -> float:
    """What to take off where the sentence does not hold a name of the question and is about another one."""
    is_counted = asked.kind in ("how much", "how many")
    named = any(not is_version(name) for name in (row.heading & names) | others)
    if (
        is_counted
        and named
        and not all(asked.forms[name] & (row.sentences[place] | row.heading) for name in asked.names)
    ):
        return 0.5  # a number of somebody else
    held = row.sentences[place] | row.heading | row.topics
    is_of_two = asked.kind == "is" and len(asked.names) > 1 and row.passage.kind not in ("claim", "event")
    if is_of_two and not any(asked.forms[name] & row.about for name in asked.names):
        return 0.25  # what two names have to do with each other is told where one of them is the matter
    if not all(asked.forms[name] & held for name in asked.names):
        return 0.3 if others or row.heading & names else 0.1
    if _PRONOUN.match(row.passage.sentences[place]) and place and not asked.names & row.sentences[place]:
        before = row.sentences[place - 1] & names
        if before and not any(asked.forms[name] & before for name in asked.names):
            return 0.3  # it is about whom the sentence before names
    is_above = asked.names and not any(asked.forms[name] & row.sentences[place] for name in asked.names)
    is_of_another = any(other in row.heading and not is_version(other) for other in others)
    is_headed = any(asked.forms[name] & row.heading for name in asked.names)
    if is_above and not is_headed and any(not is_version(name) for name in row.heading & names):
        return 0.4  # only the topic is what was asked about, and the heading names somebody else
    if not (is_above and is_of_another) or row.passage.kind == "claim":
        return 0.0
    return 0.25 if is_counted else 0.12


def _short_date(time: AskedTime) -> str:
    """The day as rows of series write it: "27 Jan 2025"."""
    return " ".join(part[:3] if part.isalpha() else part for part in time.words.split())
