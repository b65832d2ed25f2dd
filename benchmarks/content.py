"""Content: loading and indexing 1,000 files, a warm answer, completion over 5,000 names, one cold answer.

The cold answer's floor is Python with PyYAML and pydantic imported: both in processor time of a whole process.
"""

import asyncio
import tempfile
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import yaml
from pydantic import TypeAdapter

from benchmarks.measure import Row, cold_in_turns, each, in_turns
from newsbot.commands.dispatcher import Dispatcher
from newsbot.content.library import load_library
from newsbot.content.live import LiveLibrary
from newsbot.content.models import Brief, Figure, Question, Topic
from newsbot.messages.markup import parse_markup
from newsbot.messages.requests import Ask, Person, Place
from newsbot.names import Name, NameIndex

TOPICS = 250
TODAY = date(2026, 11, 23)
ANNA = Person("web", "1", "Anna")
HERE = Place("web", "", "general")
_SOURCE = "{{title: Report {n}, publisher: Board {n}, url: 'https://board.example/{n}', date: '2025-01-27'}}"
_FILES = {
    "topic.yaml": """\
title: Topic {n}
summary: What happened to the market of topic {n_word} and why people still talk about it.
aliases: [subject-{n}, matter-{n}]
tickers: [T{n}]
colour: "#00AA55"
command: true
fresh_for: 90
state: The price has not moved since, and the next auction is in the spring.
state_as_of: '2026-11-20'
""",
    "briefs.yaml": """\
overview:
  title: The market of this topic moved
  short: The market moved
  aliases: [price-of-{n}, cost-of-{n}]
  lede: The price rose to {{figure-{n}}} in January 2025, the most in years.
  body:
    - It had cost less before, says the **board**, which counts every sale of the year.
    - A drought in 2024 is the reason that traders give, and a strike at the port.
  figures: [figure-{n}]
  sources:
    - {source}
    - {source}
""",
    "figures.yaml": """\
figure-{n}:
  label: Price of one unit of topic {n}
  value: {n}.5
  unit: USD million
  display: ${n}.5 million
  as_of: '2025-01-27'
  checked: '2026-11-20'
  short: price of one unit
  short_caveat: before transport
  caveat: An auction price before transport, taxes, insurance and the dealer's own margin.
  sources:
    - {source}
    - {source}
  disagree:
    - {{value: {n}.7, by: Daily News, why: it counts another auction on the same day}}
""",
    "quiz.yaml": """\
price:
  question: What did one unit cost in January 2025, by the board's own count of the auctions?
  choices: ["{{figure-{n}}}", $9 thousand, $12 thousand, nothing at all]
  answer: "{{figure-{n}}}"
  explanation: The board gives {{figure-{n}}}, counted at the first auction of the month and confirmed a week later.
  brief: overview
  rests_on: figure-{n}
  difficulty: easy
why:
  question: What do traders give as a reason for the price of this one?
  choices: [a drought and a strike, a new law, a war, nobody knows]
  answer: a drought and a strike
  explanation: A drought and a strike at the port, say the traders; the board counts the sales and gives no reason.
  brief: overview
  rests_on: figure-{n}
  difficulty: easy
""",
}
_MODELS = {"briefs.yaml": Brief, "figures.yaml": Figure, "quiz.yaml": Question}


def _write_topics(folder: Path) -> None:
    for number in range(TOPICS):
        topic = folder / f"topic-{number}"
        topic.mkdir(parents=True)
        for name, template in _FILES.items():
            source = _SOURCE.format(n=number)
            text = template.format(n=number, n_word="x" * 3, source=source).replace(f"Topic {number}", "A topic")
            (topic / name).write_text(text, encoding="utf-8")


def _floor(folder: Path) -> None:
    """Nothing but the C parser and pydantic over the same files."""
    adapters = {name: TypeAdapter(dict[str, model]) for name, model in _MODELS.items()}  # type: ignore[valid-type]
    for topic in folder.iterdir():
        for file in topic.iterdir():
            data = yaml.load(file.read_text(encoding="utf-8"), yaml.CSafeLoader)
            if file.name in adapters:
                adapters[file.name].validate_python(data)
            else:
                Topic.model_validate(data)


def _load_and_index(folder: Path) -> None:
    parse_markup.cache_clear()  # as at the start of a process
    library = load_library(folder, TODAY)
    assert len(library.topics) == TOPICS
    assert library.ask("price of topic 7")
    assert library.topic_names.exact("topic-7")
    assert library.figure_names.exact("figure-7")


def rows() -> Iterator[Row]:
    """The measured lines."""
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        _write_topics(folder)
        ours, floor = in_turns(lambda: _load_and_index(folder), lambda: _floor(folder), 7)
        yield Row("load and index 1,000 files (floor: C parser + pydantic)", ours, "ms", 2.0, floor)

    root = Path(__file__).resolve().parent.parent
    live = LiveLibrary(root / "content", lambda: TODAY)
    dispatcher = Dispatcher(live, lambda: datetime.now(UTC), lambda: "id")
    ask = Ask(ANNA, HERE, ("deepseek", "cost"))
    loop = asyncio.new_event_loop()

    async def many(count: int) -> None:
        for _ in range(count):
            await dispatcher.answer(ask)

    async def many_said(count: int) -> None:
        for _ in range(count):
            await dispatcher.say("/deepseek cost", ANNA, HERE)

    loop.run_until_complete(many(10))
    answered = each(lambda: loop.run_until_complete(many(1_000)), 1) * 1_000 / 1_000
    yield Row("/deepseek cost, warm: Ask to Card", answered, "us", 150)
    said = each(lambda: loop.run_until_complete(many_said(1_000)), 1) * 1_000 / 1_000
    yield Row("/deepseek cost, warm: free text to Card", said, "us", 150)
    questions = ("what did R1 cost", "how much did nvidia lose", "who makes the H20", "what is the price of bitcoin")

    async def many_asked(count: int) -> None:
        for number in range(count):
            await dispatcher.say(f"/ask {questions[number % len(questions)]}", ANNA, HERE)

    loop.run_until_complete(many_asked(len(questions)))
    asked = each(lambda: loop.run_until_complete(many_asked(200)), 1) * 1_000 / 200
    yield Row("/ask, warm: question to Card", asked, "us", 20_000)
    loop.close()

    index = NameIndex(Name(f"name-{n}-of-many", f"Some label with words {n}", (f"alias-{n}",)) for n in range(5_000))
    typed = ("nam", "name-49", "lab", "alias-4999", "nmae-312-of", "zzzzz")
    for word in typed:
        yield Row(f"completion over 5,000 names: '{word}'", each(lambda word=word: index.complete(word), 20), "ms", 5)  # type: ignore[misc]

    answer = "from newsbot.cli.main import main; main(['say', '/deepseek cost'])"
    ours, floor = cold_in_turns(answer, "import yaml, pydantic, asyncio, argparse", 15)
    yield Row("newsbot say, cold, whole process", ours, "ms", 1_000)
    yield Row("newsbot say, cold (floor: python, yaml, pydantic)", ours, "ms", 4.0, floor)
