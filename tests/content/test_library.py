"""The library: finding, completing, asking, numbers in prose and in words, reloading while it runs."""

import os
import re
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsbot.content.cards import answer_card, brief_card, event_card, figure_card, question_card
from newsbot.content.library import Library
from newsbot.content.live import LiveLibrary
from newsbot.content.loader import read_folder
from newsbot.content.models import Figure, Range, date_words, slug
from newsbot.content.numbers import display_agrees, in_words
from newsbot.content.overviews import sources_card
from newsbot.content.prose import names_pattern, stray_numbers
from newsbot.content.review import overlong_cards, warnings
from newsbot.content.scaffold import new_topic
from newsbot.errors import RequestError
from newsbot.messages.cards import Facts, Picture
from newsbot.messages.plain import plain_card
from newsbot.names import Name, NameIndex, normalised
from tests.content.conftest import FILES, TODAY, Folder, watched
from tests.patience import eventually
from tests.shipped import shipped_library


@pytest.fixture(scope="module")
def shipped() -> Library:
    """The content that newsbot ships."""
    return shipped_library(date.today())  # noqa: DTZ011 (events up to today, wherever this runs)


def test_the_shipped_content_fits_every_platform(shipped: Library) -> None:
    assert overlong_cards(shipped) == []


def test_the_shipped_topic_covers_the_article(shipped: Library) -> None:
    names = [brief.id for brief in shipped.briefs_of("deepseek")]
    parts = {"overview", "disruption", "nvidia", "cost", "future", "geopolitics", "markets", "conclusion"}
    assert names[0] == "overview"
    assert parts <= set(names)
    figures = [figure for figure in shipped.figures.values() if figure.topic == "deepseek"]
    questions = [question for question in shipped.questions.values() if question.topic == "deepseek"]
    assert len(figures) >= 25
    assert len(questions) >= 24
    for brief in shipped.briefs_of("deepseek"):
        assert brief.aliases
        assert 2 <= len(brief.body) <= 4
        assert len(brief.sources) >= 2
        assert shipped.figures_of(brief)
        assert shipped.questions_of("deepseek", brief.id)


def test_there_is_content_worth_returning_for(shipped: Library) -> None:
    series = [figure for figure in shipped.figures.values() if isinstance(figure.value, tuple)]
    assert len(shipped.topics) >= 5
    assert len(shipped.briefs) >= 20
    assert len(shipped.figures) >= 60
    assert len(series) >= 6
    assert len(shipped.questions) >= 80
    assert len(shipped.events) >= 50
    assert all(event.sources for event in shipped.events.values())


def test_the_cost_brief_says_what_the_headline_number_leaves_out(shipped: Library) -> None:
    shown = plain_card(brief_card(shipped, "deepseek", "cost"))
    for words in ("$5.576 million", "2.788 million", "$294,000", "27 December 2024", "17 September 2025", "V3"):
        assert words in shown
    assert re.search(r"leaves? out", shown, re.IGNORECASE)
    assert "https://arxiv.org/abs/2412.19437" in shown


def test_no_card_of_a_question_tells_the_answer(shipped: Library) -> None:
    for (topic, name), question in shipped.questions.items():
        card = question_card(shipped, topic, name)
        assert all(str(action.arguments[-1]) in "0123" for action in card.actions())
        assert shipped.filled_text(question.explanation) not in plain_card(card)
        assert "The answer is" not in plain_card(card)


def test_every_figure_on_a_card_has_a_date_and_a_source_number(shipped: Library) -> None:
    for topic, name in shipped.briefs:
        facts = [block for block in brief_card(shipped, topic, name).blocks if isinstance(block, Facts) and block.title]
        for fact in (fact for block in facts for fact in block.items):
            assert re.fullmatch(r"As of .*\d{4}, source \d+\.", fact.notes[0]), fact


@given(st.text(max_size=300))
def test_no_question_breaks_the_search(text: str) -> None:
    library = _small()
    assert len(library.ask(text)) <= 4
    assert len(library.search.close_to(text)) <= 3


_SMALL: list[Library] = []


def _small() -> Library:
    if not _SMALL:
        _SMALL.append(shipped_library(date.today()))  # noqa: DTZ011
    return _SMALL[0]


def test_our_prose_copies_no_sentence_of_the_article_or_the_fact_sheet(shipped: Library) -> None:
    folder = os.environ.get("NEWSBOT_DEV_DATA")
    if not folder:
        pytest.skip("the article and the fact sheet are development data: set NEWSBOT_DEV_DATA to their folder")
    import yaml

    facts = yaml.safe_load((Path(folder) / "facts.yaml").read_text(encoding="utf-8"))
    texts = [(Path(folder) / "seed-article.txt").read_text(encoding="utf-8")]
    texts += [f"{entry['claim']}\n{entry['caveat']}" for entry in facts["entries"]]
    theirs = {run for text in texts for line in text.split("\n") for run in _runs(line)}
    for source in _prose(shipped):
        assert not theirs & set(_runs(shipped.filled_text(source))), source


def _runs(text: str) -> list[tuple[str, ...]]:
    words = re.findall(r"\w+", text.lower())
    return [tuple(words[at : at + 8]) for at in range(len(words) - 7)]


def _prose(library: Library) -> list[str]:
    briefs = [text for b in library.briefs.values() for text in (b.title, b.lede, *b.body, *b.corrects)]
    questions = [text for q in library.questions.values() for text in (q.question, q.explanation)]
    return [*briefs, *questions, *(event.summary for event in library.events.values())]


def test_every_card_of_a_small_topic_can_be_made(folder: Folder) -> None:
    library = folder.library()
    brief = library.briefs["tea", "overview"]
    question = library.questions["tea", "price"]
    assert isinstance(brief_card(library, "tea", "overview").blocks[1], Picture)
    assert "Tea rose to $5.50 in January 2025." in plain_card(brief_card(library, "tea", "overview"))
    assert "Daily Tea: $5.70" in plain_card(figure_card(library, "tea-price"))
    assert "$5.40 to $5.60" in plain_card(figure_card(library, "tea-years"))
    assert "undated" in plain_card(sources_card(library, library.topics["tea"], brief))
    assert "27 January 2025 · TEA" in plain_card(event_card(library, "2025-01-27-tea-rises"))
    assert answer_card(library, question, 0).title == "Right."
    wrong = answer_card(library, question, 1)
    assert (wrong.title, "The answer is: $5.50" in plain_card(wrong)) == ("Not quite.", True)


def test_a_corrected_number_reaches_every_card_that_shows_it(folder: Folder) -> None:
    folder.change("tea/figures.yaml", "value: 5.5\n", "value: 6.5\n")
    folder.change("tea/figures.yaml", "display: $5.50", "display: $6.50")
    library = folder.library()
    question = library.questions["tea", "price"]
    cards = [
        brief_card(library, "tea", "overview"),
        figure_card(library, "tea-price"),
        event_card(library, "2025-01-27-tea-rises"),
        answer_card(library, question, 1),
    ]
    assert all("$6.50" in plain_card(card) and "$5.50" not in plain_card(card) for card in cards)


def test_an_overlong_card_is_a_mistake_at_its_brief(folder: Folder) -> None:
    folder.change("tea/briefs.yaml", "    - A drought", "    - " + "A drought came. " * 120 + "A drought")
    assert overlong_cards(Library.of(read_folder(folder.path), TODAY)) == []
    folder.change("tea/briefs.yaml", "    - It had", "    - " + "It had cost less. " * 100 + "It had")
    longer = Library.of(read_folder(folder.path), TODAY)  # though a rule forbids so long a brief
    found = [str(mistake).replace(f"{folder.path}/", "") for mistake in overlong_cards(longer)]
    assert found == ["tea/briefs.yaml:1: on discord the card “Tea got dearer” takes 2 messages (write it shorter)"]


# -- names --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "typed", ["training-cost", "Training Cost", "TRAINING_COST", " training  cost ", "“training-cost”"]
)
def test_a_name_is_found_however_it_is_written(typed: str) -> None:
    index = NameIndex([Name("cost", "What it cost", ("training-cost",))])
    assert index.exact(typed.strip("“”")) == index.names[0]


def test_completion_prefers_beginnings_then_words_then_insides() -> None:
    names = [Name("discover", "x", ()), Name("my cost", "y", ()), Name("cost", "z", ()), Name("coverage", "w", ())]
    assert [name.value for name in NameIndex(names).complete("co")] == ["cost", "coverage", "my cost", "discover"]


def test_completion_prefers_a_things_own_name_to_its_label_and_that_to_its_aliases() -> None:
    names = [Name("nvidia", "A fall", ("crash", "chips")), Name("demand", "Cheaper models", ()), Name("cost", "C", ())]
    assert [name.value for name in NameIndex(names).complete("c")] == ["cost", "demand", "nvidia"]
    two = NameIndex([Name("nvidia", "A fall", ("cost",)), Name("cost", "C", ())])
    assert two.exact("cost") == two.names[1]


def test_a_single_letter_inside_a_name_completes_nothing() -> None:
    assert NameIndex([Name("memory", "Memory", ())]).complete("r") == []


def test_a_misspelt_beginning_is_completed_too() -> None:
    index = NameIndex([Name("geopolitics", "g", ()), Name("markets", "m", ())])
    assert [name.value for name in index.complete("geopoltics")] == ["geopolitics"]


@given(st.text(max_size=60))
def test_names_never_break_on_what_people_type(typed: str) -> None:
    index = NameIndex([Name("cost", "What it cost", ("price",)), Name("nvidia", "Why it fell", ("stock",))])
    assert len(index.complete(typed)) <= 25
    assert len(index.nearest(typed)) <= 3
    assert normalised(normalised(typed)) == normalised(typed)


# -- numbers ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "unit", "words"),
    [
        (593.0, "USD billion", "$593 billion"),
        (-16.97, "%", "−16.97%"),
        (2788000.0, "H800 GPU-hours", "2,788,000 H800 GPU-hours"),
        (0.55, "USD per million tokens", "$0.55 per million tokens"),
        (7.5, "USD per million tokens", "$7.50 per million tokens"),
        (0.0005, "USD", "$0.0005"),
        (294000.0, "USD", "$294,000"),
        (Range(low=588.8, high=600.0), "USD billion", "$588.8 billion to $600 billion"),
    ],
)
def test_a_value_is_written_as_people_read_it(value: float | Range, unit: str, words: str) -> None:
    assert in_words(value, unit) == words


@pytest.mark.parametrize(
    ("value", "unit", "display", "agrees"),
    [
        (5.576, "USD million", "$5.576 million", True),
        (5.576, "USD million", "$5.6 million", True),
        (5.576, "USD million", "$5.5 million", False),
        (5.576, "USD million", "$5.576 billion", False),
        (5.576, "USD million", "$5.576", False),
        (5.576, "USD million", "€5.576 million", False),
        (5.576, "USD million", "5.576 million", False),
        (5.576, "USD million", "−$5.576 million", False),
        (5.576, "USD million", "$5.576 million of $900 million", False),
        ({"low": 589, "high": 593}, "USD billion", "$589 to $593 billion", True),
        (0.55, "USD per million tokens", "$0.55", True),
        (2788000, "GPU-hours", "2.788 million GPU-hours", True),
        (0.294, "USD million", "$294 thousand", True),
        (-16.97, "%", "16.97%", True),
        (-16.97, "%", "17%", True),
        (-16.97, "%", "16%", False),
        ({"low": 589, "high": 593}, "USD billion", "$589 billion to $593 billion", True),
        ({"low": 589, "high": 593}, "USD billion", "$589 billion", False),
        (1.0, "USD trillion", "more than $1 trillion", True),
        (1000000, "tokens", "1M tokens", True),
        (5.0, "%", "a few percent", False),
        ([{"label": "a", "value": 1}, {"label": "b", "value": 2}], "%", "1% and 2%", True),
        ([{"label": "a", "value": 1}, {"label": "b", "value": 2}], "%", "1% and 5%", False),
        ([{"label": "a", "value": 1}, {"label": "b", "value": 2}], "%", "2 values of 2025, 3% in all", True),
    ],
)
def test_a_display_must_show_its_value(value: object, unit: str, display: str, agrees: bool) -> None:
    source = {"title": "t", "publisher": "p", "url": "https://a.example"}
    data = {
        "label": "l",
        "value": value,
        "unit": unit,
        "display": display,
        "as_of": 2025,
        "caveat": "c",
        "sources": [source],
    }
    assert display_agrees(Figure.model_validate(data)) is agrees


@pytest.mark.parametrize(
    "text",
    [
        "On 27 January 2025 it fell.",
        "In January 2025, and again on January 27, 2025.",
        "By 2025-01-27, or 2025-01.",
        "V3 and R1 ran on H800s... no, on the H800, unlike GPT-4.",
        "It cost {v3-run-cost} and [more](https://a.example/2024/5).",
        "In the 2020s, V3's bill.",
        "R1-Zero came first.",
    ],
)
def test_dates_years_names_and_figures_may_stand_in_prose(text: str) -> None:
    names = names_pattern(frozenset({"V3", "R1", "H800", "GPT-4"}))
    assert stray_numbers(text, names) == []


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("It fell 17%.", "17%"),
        ("It cost $2025.", "$2025"),
        ("V3.1 came later.", "V3.1"),
        ("GPT-4o is another.", "GPT-4o"),
        ("R1-0528 is another.", "R1-0528"),
        ("2,048 GPUs", "2,048"),
        ("2025 million", "2025"),
        ("Some ٣ things", "٣"),
    ],
)
def test_any_other_digit_in_prose_is_found(text: str, word: str) -> None:
    names = names_pattern(frozenset({"V3", "R1", "GPT-4"}))
    assert word in " ".join(stray_numbers(text, names))


def test_dates_in_words() -> None:
    assert [date_words(each) for each in ("2025-01-07", "2025-01", "2025")] == [
        "7 January 2025",
        "January 2025",
        "2025",
    ]
    assert slug("Nvidia’s $5 trillion: a first!") == "nvidia-s-5-trillion-a-first"


# -- scaffold and reload ------------------------------------------------------------------------------------------


def _fill_in(paths: list[Path]) -> None:
    """Write something for everything that is to be filled in."""
    for path in paths:
        text = path.read_text(encoding="utf-8")
        text = text.replace("FILL IN", "Written out as").replace("example.org/fill-in", "board.example/page")
        path.write_text(text, encoding="utf-8")


def test_a_new_topic_passes_once_it_is_filled_in(folder: Folder) -> None:
    paths = new_topic(folder.path, "coffee")
    assert not folder.library().briefs_of("coffee")
    assert {path.name for path in paths} == {"topic.yaml", "briefs.yaml", "figures.yaml", "quiz.yaml"}
    _fill_in(paths)
    assert folder.mistakes() == []
    assert folder.library().briefs_of("coffee")


def test_a_topic_that_is_not_filled_in_is_left_out_and_stops_nothing(
    folder: Folder, caplog: pytest.LogCaptureFixture
) -> None:
    before = folder.library()
    new_topic(folder.path, "coffee")
    library = folder.library()
    assert folder.mistakes() == []
    assert (library.version, sorted(library.topics)) == (before.version, sorted(before.topics))
    live = LiveLibrary(folder.path, lambda: TODAY)
    told = [record.getMessage() for record in caplog.records]
    count = sum(mistake.what == "not filled in yet" for mistake in library.drafts["coffee"].mistakes)
    assert count > 20
    sentence = f"the topic coffee is a draft: {count} places are not filled in, so it is left out"
    assert told == [f"{sentence} (newsbot check lists what is to do)"]
    assert live.is_current
    said = warnings(library, TODAY)
    assert sentence in said
    assert any(
        each.endswith("coffee/briefs.yaml:3: not filled in yet (write it, or remove the entry)") for each in said
    )


def test_what_names_a_draft_is_left_out_with_it_and_an_event_of_other_topics_stays_with_those(folder: Folder) -> None:
    new_topic(folder.path, "coffee")
    event = """\
- date: 2025-03-0{day}
  id: 2025-03-0{day}-beans
  title: Beans
  summary: Nobody bought beans.
  topics: [{topics}]
  figures: [{figures}]
  sources:
    - {{title: Bean news, publisher: Daily Bean, url: "https://daily.example/beans", date: 2025-03}}
"""
    events = (
        event.format(day=1, topics="coffee", figures="")
        + event.format(day=2, topics="coffee, tea", figures="")
        + event.format(day=3, topics="tea", figures="coffee-figure")
    )
    file = folder.path / "events" / "2025.yaml"
    before = folder.library().events
    file.write_text(file.read_text(encoding="utf-8") + events, encoding="utf-8")
    now = folder.library().events
    assert now.keys() - before.keys() == {"2025-03-02-beans"}
    assert now["2025-03-02-beans"].topics == ("tea",)


async def test_a_topic_in_use_never_goes_away_as_a_draft(folder: Folder, caplog: pytest.LogCaptureFixture) -> None:
    paths = new_topic(folder.path, "coffee")
    _fill_in(paths)
    live = LiveLibrary(folder.path, lambda: TODAY)
    text = paths[0].read_text(encoding="utf-8")
    paths[0].write_text(text.replace("Written out as", "FILL IN", 1), encoding="utf-8")
    assert not await live.reload()
    assert "coffee" in live.current.topics
    assert "a topic in use is no longer filled in, so the last good version stays" in caplog.text
    assert re.search(r"coffee/topic\.yaml:\d+: not filled in yet", caplog.text)


def test_a_mistake_that_comes_of_a_draft_tells_of_the_draft(folder: Folder) -> None:
    folder.change("tea/topic.yaml", "title: Tea", "title: FILL IN")
    told = "tea/topic.yaml:1: the topic tea is a draft: 1 place is not filled in, so it is left out"
    assert told in folder.mistakes()


def test_no_topic_that_newsbot_ships_is_a_draft(shipped: Library) -> None:
    assert not shipped.drafts


@pytest.mark.parametrize("name", ["Coffee", "coffee beans", "help", "", "../x", "x" * 33])
def test_a_topic_needs_a_name_that_can_be_typed(folder: Folder, name: str) -> None:
    with pytest.raises(RequestError):
        new_topic(folder.path, name)


def test_a_topic_that_is_there_is_not_overwritten(folder: Folder) -> None:
    with pytest.raises(RequestError, match="already"):
        new_topic(folder.path, "tea")


async def _until(live: LiveLibrary, before: Library) -> Library:
    """The library that takes the place of `before`."""
    await eventually(lambda: live.current is not before)
    return live.current


async def test_a_saved_file_takes_effect_while_newsbot_runs_and_a_broken_one_never(
    folder: Folder, caplog: pytest.LogCaptureFixture
) -> None:
    async with watched(folder) as live:
        first = live.current

        folder.change("tea/briefs.yaml", "Tea got dearer", "Tea got much dearer")
        second = await _until(live, first)
        assert second.briefs["tea", "overview"].title == "Tea got much dearer"

        folder.change("tea/briefs.yaml", "lede:", "led:")
        await eventually(lambda: "has mistakes" in caplog.text)
        assert "briefs.yaml:4: 'led' isn't a known key" in caplog.text.replace("overview.", "")
        assert live.current is second

        folder.change("tea/briefs.yaml", "much dearer", "dearer again")  # while it is broken: it takes effect once
        folder.change("tea/briefs.yaml", "led:", "lede:")
        third = await _until(live, second)
        assert third.briefs["tea", "overview"].title == "Tea got dearer again"


async def test_folders_that_move_in_and_out_and_the_whole_content_moved_away_are_noticed(folder: Folder) -> None:
    async with watched(folder) as live:
        first = live.current
        elsewhere = Folder(folder.path.parent / "elsewhere")
        for name, text in FILES.items():
            if name.startswith("tea/"):
                elsewhere.write(
                    name.replace("tea/", "coffee/"), text.replace("tea-", "coffee-").replace("[chai]", "[]")
                )
        quiz = elsewhere.path / "coffee" / "quiz.yaml"
        quiz.write_text(quiz.read_text().replace("2025-01-27-coffee-rises", "2025-01-27-tea-rises"))
        (elsewhere.path / "coffee").rename(folder.path / "coffee")
        second = await _until(live, first)
        assert set(second.topics) == {"coffee", "tea"}
        (folder.path / "coffee").rename(elsewhere.path / "coffee")
        third = await _until(live, second)
        assert set(third.topics) == {"tea"}

        away = folder.path.parent / "away"
        folder.path.rename(away)
        await eventually(lambda: not live.is_current)
        assert live.current is third
        briefs = away / "tea" / "briefs.yaml"
        briefs.write_text(briefs.read_text().replace("Tea got dearer", "Tea came back"))
        away.rename(folder.path)
        fourth = await _until(live, third)
        assert fourth.briefs["tea", "overview"].title == "Tea came back"
        assert live.is_current
