"""`newsbot content new TOPIC`: the files of a topic, with every key explained where it stands."""

import re
from pathlib import Path

from newsbot.content.checks import RESERVED
from newsbot.content.models import ID_PATTERN
from newsbot.errors import RequestError

_TOPIC = """\
# What the topic is about. It becomes the command /{topic}.
title: FILL IN its name as people read it
summary: FILL IN one plain sentence        # at most 100 characters
aliases: []        # other names a person may type: lower case, hyphens for spaces
tickers: []        # exchange symbols it concerns, such as NVDA
colour: "#4D6BFE"  # the stripe beside its cards
command: true      # false: reachable by /brief and /ask only
fresh_for: 45      # days: an older topic is a warning of newsbot check
state: FILL IN the newest state of the topic in one sentence
state_as_of: 2025-01-01   # the day of that state
"""
_BRIEFS = """\
# One entry a brief; the first is what /{topic} alone shows. Numbers are written as {{figure-id}}, never as digits.
overview:
  title: FILL IN a headline that says what happened
  short: FILL IN a name   # at most 25 characters
  aliases: []      # what a person may type instead of "overview"
  lede: FILL IN the answer in one sentence   # at most 240 characters and two numbers
  body:            # two to four short paragraphs
    - FILL IN what happened. Name a figure like this, {{{topic}-figure}}.
    - FILL IN why it mattered.
  figures: [{topic}-figure]
  # chart: a-figure-with-a-chart
  related: []      # other briefs to read next
  sources:         # two or more, the best first
    - title: FILL IN the title of the source
      publisher: FILL IN who published it
      url: https://example.org/fill-in-the-first-address
      date: null   # YYYY-MM-DD, YYYY-MM, YYYY, or null where it has none
    - title: FILL IN the title of a second source
      publisher: FILL IN who published it
      url: https://example.org/fill-in-the-second-address
      date: null
  # corrects:      # what the press gets loose, and what is exact
  #   - FILL IN
"""
_FIGURES = """\
# Every number of the topic, written down once. Names are for all topics: begin them with the topic.
{topic}-figure:
  label: FILL IN what is counted
  short: FILL IN what is counted   # at most 40 characters, as it reads beside the number
  value: 1         # a number, a range {{low: 1, high: 2}}, or a series: a list of label and value
  unit: USD billion
  # bound: more than   # at least, well above, about, nearly, almost, up to, at most, less than
  # basis: what the number measures and how; only figures of the same basis are compared
  display: $1 billion   # how a sentence shows it; its digits must say the same as the value
  as_of: 2025      # YYYY-MM-DD, YYYY-MM or YYYY
  caveat: FILL IN what the number leaves out, or how to read it
  short_caveat: FILL IN the same in short   # at most 60 characters; or misleads: false
  checked: 2025-01-01   # the day you read the number beside its source a second time
  sources:
    - title: FILL IN the title of the source
      publisher: FILL IN who published it
      url: https://example.org/fill-in-the-first-address
      date: null
  # disagree:      # other published values, who gives them and what differs
  #   - {{value: 2, by: FILL IN, why: FILL IN}}
  # chart: ranked-bar   # also grouped-bar, line, range, timeline, receipt, table, number
  # chart_title: FILL IN the finding as a sentence   # at most 70 characters
"""
_QUIZ = """\
# Questions to check oneself with; each brief needs at least two.
overview-question:
  question: FILL IN a question that the brief answers
  choices:         # up to four, each different
    - FILL IN the right choice
    - FILL IN a wrong one
    - FILL IN another wrong one
    - FILL IN a third wrong one
  answer: FILL IN the right choice   # repeats the right choice word for word
  explanation: FILL IN why, in a sentence or two
  brief: overview
  rests_on: {topic}-figure   # the figure, or the event, that proves it
  difficulty: easy           # easy, medium, hard
  # retired: true            # nobody is asked it any more
  # until: 2026-12-31        # nobody is asked it after this day
second-question:
  question: FILL IN another question that the brief answers
  choices:
    - FILL IN the right choice
    - FILL IN a wrong one
  answer: FILL IN the right choice
  explanation: FILL IN why
  brief: overview
  rests_on: {topic}-figure
  difficulty: medium
"""
_FILES = {"topic.yaml": _TOPIC, "briefs.yaml": _BRIEFS, "figures.yaml": _FIGURES, "quiz.yaml": _QUIZ}


def new_topic(folder: Path, topic: str) -> list[Path]:
    """Make the files of a new topic below `folder`; returns their paths.

    Raises RequestError where the name cannot be one, or is taken.
    """
    if not re.fullmatch(ID_PATTERN, topic) or topic in RESERVED:
        raise RequestError(
            f"'{topic}' cannot be the name of a topic: use lower case, digits and hyphens, at most 32 signs, "
            "and no word that is a command of newsbot."
        )
    target = folder / topic
    if target.exists():
        raise RequestError(f"There is a topic '{topic}' already, in {target}.")
    target.mkdir(parents=True)
    paths = []
    for name, template in _FILES.items():
        path = target / name
        path.write_text(template.format(topic=topic), encoding="utf-8")
        paths.append(path)
    return paths
