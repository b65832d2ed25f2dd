"""`newsbot check`: green on what is right, red with file and line on each kind of mistake, all at once."""

import pytest

from tests.content.conftest import FILES, Folder

BRIEFS, FIGURES, QUIZ, TOPIC, EVENTS = (
    "tea/briefs.yaml",
    "tea/figures.yaml",
    "tea/quiz.yaml",
    "tea/topic.yaml",
    "events/2025.yaml",
)

# What is broken, and the line and words of the mistake that must be reported.
MISTAKES = [
    # reading
    (BRIEFS, "  title: Tea got dearer\n", "  title: Tea: got dearer\n", "2: mapping values are not allowed"),
    (BRIEFS, "  aliases: [price]\n", "\taliases: [price]\n", "3: "),
    (BRIEFS, "  aliases: [price]\n", "  title: Again\n", "3: the key 'title' appears twice"),
    (TOPIC, FILES[TOPIC], "", "1: the file is empty"),
    (EVENTS, FILES[EVENTS], "a: b\n", "1: the file is a list"),
    (BRIEFS, FILES[BRIEFS], "- a\n", "1: the file is a mapping"),
    # shape
    (TOPIC, "command: true", "comand: true", "6: 'comand' isn't a known key (did you mean 'command'?"),
    (TOPIC, "command: true", "command: yes", "6: 'command' is 'yes' (allowed: true, false)"),
    (TOPIC, '"#00AA55"', "green", "5: 'colour'"),
    (TOPIC, "summary: What", "summary: " + "x" * 100 + " What", "2: 'summary'"),
    (TOPIC, "summary: What happened to the price of tea.\n", "", "1: 'summary' is missing"),
    (BRIEFS, "  lede: Nobody", "  led: Nobody", "15: 'lede' is missing"),
    (BRIEFS, "    - It had", "    # - It had", "5: 'body'"),
    (BRIEFS, '"https://daily.example/tea", date: null', '"daily.example/tea", date: null', "13: 'sources.1.url'"),
    (
        BRIEFS,
        "date: 2025-01-27",
        "date: 27.1.2025",
        "12: 'sources.0.date': '27.1.2025' isn't a valid date (write YYYY-MM-DD",
    ),
    (BRIEFS, "date: 2025-01-27", "date: 2025-02-30", "12: 'sources.0.date': '2025-02-30' isn't in the calendar"),
    (BRIEFS, "overview:", "Over View:", "1: 'Over View' isn't a valid name"),
    (BRIEFS, "overview:\n", "overview:\n  id: x\n", "2: 'id' isn't a known key"),
    (FIGURES, "value: 5.5", "value: lots", "3: 'value' is 'lots' (write a number"),
    (FIGURES, "value: {low: 5.4, high: 5.6}", "value: {low: 5.6, high: 5.4}", "19: 'value.1.value': low is above high"),
    (FIGURES, "  chart: line", "  chart: pie", "24: 'chart' is 'pie' (allowed: ranked-bar, grouped-bar, line"),
    (FIGURES, "  caveat: Yearly means.\n", "", "15: 'caveat' is missing"),
    (QUIZ, 'answer: "{tea-price}"', "answer: $5", "4: the answer isn't one of the choices"),
    (QUIZ, "$9, $12", "$9, $9", "3: two choices read '$9'"),
    (QUIZ, "difficulty: hard", "difficulty: harder", "16: 'difficulty' is 'harder' (allowed: easy, medium, hard)"),
    (EVENTS, "date: 2025-01-27\n", "date: 2025-01\n", "1: 'date': '2025-01' isn't a valid day (write YYYY-MM-DD)"),
    (EVENTS, "[TEA]", "[tea]", "6: 'tickers.0'"),
    # what hangs together
    (TOPIC, "[chai]", "[brief]", "3: 'brief' is a command of newsbot"),
    (TOPIC, "[chai]", "[Chai Latte]", "3: 'Chai Latte' cannot be typed as a name"),
    (TOPIC, "[chai]", "[tea2]", ""),
    (BRIEFS, "aliases: [price]", "aliases: [future]", "3: two names of this topic are 'future'"),
    (BRIEFS, "aliases: [price]", "aliases: [help]", "3: 'help' is a word of newsbot"),
    (BRIEFS, "[tea-price]", "[tea-prize]", "8: there is no figure 'tea-prize'"),
    (BRIEFS, "{tea-price} in", "{tea-prize} in", "4: there is no figure 'tea-prize'"),
    (BRIEFS, "chart: tea-years", "chart: tea-price", "9: the figure 'tea-price' has no chart"),
    (BRIEFS, "chart: tea-years", "chart: nothing", "9: there is no figure 'nothing'"),
    (BRIEFS, "related: [future]", "related: [past]", "10: there is no brief 'past'"),
    (BRIEFS, "related: [future]", "related: [overview]", "10: a brief is not related to itself"),
    (BRIEFS, "related: [future]", "related: [coffee/overview]", "10: there is no brief 'coffee/overview'"),
    (BRIEFS, "future:\n", "coming:\n", "15: no question is about the brief 'coming' (write 2 more in quiz.yaml)"),
    (QUIZ, "brief: future", "brief: overview", "15: only one question is about the brief 'future' (write 1 more"),
    (QUIZ, "brief: future", "brief: past", "14: there is no brief 'past' in this topic"),
    (QUIZ, "rests_on: tea-price", "rests_on: tea", "7: there is no figure and no event 'tea'"),
    (QUIZ, "$9, $12", '"{tea-prize}", $12', "3: there is no figure 'tea-prize'"),
    (QUIZ, "$9, $12", "$5.50, $12", "3: two choices read '$5.50'"),
    (EVENTS, "topics: [tea]", "topics: [coffee]", "5: there is no topic 'coffee'"),
    (EVENTS, "date: 2025-01-27\n", "date: 2024-01-27\n", "1: 2024-01-27 is not of the year of 2025.yaml"),
    # numbers
    (BRIEFS, "in January 2025.", "in January 2025, up 10%.", "4: the number '10%' is written in prose"),
    (BRIEFS, "It had cost less", "It had cost $4", "6: the number '$4' is written in prose"),
    (BRIEFS, "Traders disagree.", "Some 12 traders disagree.", "18: the number '12' is written in prose"),
    (BRIEFS, "title: What comes next", "title: 3 things come next", "16: the number '3' is written in prose"),
    (BRIEFS, "The V3 of", "The V4 of", "18: the number 'V4' is written in prose"),
    (QUIZ, "gives {tea-price}.", "gives $5.50.", "5: the number '$5.50' is written in prose"),
    (QUIZ, "What did tea", "What did 2 teas", "2: the number '2' is written in prose"),
    (TOPIC, "the price of tea", "the 5 prices of tea", "2: the number '5' is written in prose"),
    (EVENTS, "Tea rose to {tea-price}.", "Tea rose by 10%.", "4: the number '10%' is written in prose"),
    (FIGURES, "display: $5.50", "display: $5.60", "5: the display '$5.60' does not show the value"),
    (FIGURES, "disagree:", "chart: range\n  disagree:", "10: one number doesn't make a chart"),
    (FIGURES, "chart: line", "chart: timeline", ""),
    (FIGURES, 'label: "2025"', 'label: "2024"', "17: two values of the series are called '2024'"),
    (BRIEFS, "[tea-price]", "[tea-price, tea-price]", "8: 'tea-price' appears twice"),
    (BRIEFS, "related: [future]", "related: [future, future]", "10: 'future' appears twice"),
    (BRIEFS, "related: [future]", "related: [tea/overview]", "10: a brief is not related to itself"),
    (BRIEFS, "aliases: [price]", "aliases: [private]", "3: 'private' is a word of newsbot"),
    (EVENTS, "topics: [tea]", "topics: [tea, tea]", "5: 'tea' appears twice"),
    (FIGURES, "as_of: 2025-01-27", "as_of: 2031-01-27", "6: 2031-01-27 is in the future"),
    (FIGURES, "as_of: 2025-01-27", "as_of: ٢٠٢٤-01-27", "6: 'as_of'"),
    (FIGURES, "Yearly means.", "Yearly {means}.", "23: '{means}' has no meaning here"),
    (FIGURES, "display: $5.50", "display: $5.50 billion", "5: the display"),
    # bounds
    (FIGURES, "  unit: USD\n", "  unit: USD\n  bound: above\n", "5: 'bound' is 'above' (allowed: more than, at least"),
    (FIGURES, "  unit: USD\n", "  unit: USD\n  bound: about\n", ""),
    (FIGURES, "  display: $5.50", "  bound: about\n  display: about $5.50", "6: the display says 'about' itself"),
    (FIGURES, "display: from", "bound: about\n  display: from", "21: a series has no bound of its own"),
    (FIGURES, "5.6}, date", "5.6}, bound: up to, date", "19: a range has two ends, so 'up to' says nothing"),
    (FIGURES, "5.6}, date", "5.6}, bound: about, date", ""),
    (FIGURES, "{value: 5.7,", "{value: 5.7, bound: nearly,", ""),
    (FIGURES, "{value: 5.7,", "{value: {low: 5, high: 6}, bound: at least,", "11: a range has two ends"),
    (
        FIGURES,
        "value: 4.0, date: 2024",
        "value: 4.0, date: 2024, note: about",
        "18: 'about' is a bound",
    ),
    # short words
    (FIGURES, "  short: a kilogram of tea\n", "", "1: 'short' is missing (add it)"),
    (FIGURES, "short: a kilogram of tea", f"short: {'x' * 41}", "12: 'short' is"),
    (FIGURES, "short: a kilogram", "short: a kilogram of {tea-price}", "12: '{tea-price}' has no meaning here"),
    (FIGURES, "  short_caveat: in Mombasa, before transport\n", "", "1: 'short_caveat' is missing"),
    (FIGURES, "short_caveat: in Mombasa, before transport\n", "misleads: false\n", ""),
    (FIGURES, "short_caveat: in", f"short_caveat: {'x' * 61} in", "13: 'short_caveat' is"),
    (FIGURES, "misleads: false", "misleads: no", "28: 'misleads' is 'no' (allowed: true, false)"),
    (FIGURES, "  checked: 2026-11-20\n", "", "1: 'checked' is missing"),
    (FIGURES, "checked: 2026-11-20", "checked: today", "14: 'checked': 'today' isn't a valid day"),
    (FIGURES, ", why: another auction}", "}", "11: 'why' is missing (a few words on what differs)"),
    (BRIEFS, "  short: The price\n", "", "1: 'short' is missing"),
    (BRIEFS, "short: What next", f"short: {'x' * 26}", "22: 'short' is"),
    (BRIEFS, "rose to {tea-price} in", "rose {tea-price} {tea-years} {tea-price} in", ""),
    # lengths
    (BRIEFS, "title: Tea got dearer", f"title: {'x' * 71}", "2: 'title' has 71 characters (at most 70)"),
    (BRIEFS, "It had cost less", "It had cost less " * 60, "5: 'body' has 1"),
    (
        BRIEFS,
        "related: [future]",
        "corrects: [a, b, c]\n  related: [future]",
        "10: 'corrects' has 3 entries",
    ),
    (BRIEFS, "related: [future]", f"corrects: [{'x' * 201}]\n  related: [future]", "10: 'corrects' has 201"),
    (FIGURES, "label: Price of a kilogram", f"label: {'x' * 60}", "2: 'label' has"),
    (FIGURES, "caveat: Auction", f"caveat: {'x' * 180}", "7: 'caveat' has"),
    (QUIZ, "$9, $12", f"{'x' * 61}, $12", "3: 'choices' has 61 characters (at most 60)"),
    (QUIZ, "What did tea", f"What {'x' * 160}", "2: 'question' has"),
    (QUIZ, "The Tea Board", f"The {'x' * 280}", "5: 'explanation' has"),
    (EVENTS, "title: Tea rises", f"title: {'x' * 81}", "3: 'title' has 81 characters (at most 80)"),
    (EVENTS, "summary: Tea", f"summary: {'x' * 240}", "4: 'summary' has"),
    # newer figures
    (FIGURES, "  unit: USD\n", "  superseded_by: tea\n  unit: USD\n", "4: there is no figure 'tea'"),
    (FIGURES, "  unit: USD\n", "  superseded_by: tea-price\n  unit: USD\n", "4: 'tea-price' takes its own place"),
    (FIGURES, "  unit: USD\n", "  superseded_by: tea-years\n  unit: USD\n", "4: 'tea-years' is of 2025, older"),
    (BRIEFS, "[tea-price]", "[]", ""),
    # charts
    (FIGURES, "  chart: line", "  chart_title: Tea\n", "24: there is no chart for the chart_title"),
    (FIGURES, "  chart: line", f"  chart: line\n  chart_title: {'x' * 71}", "25: 'chart_title' is"),
    (FIGURES, "  chart: line", f"  chart: line\n  chart_note: {'x' * 91}", "25: 'chart_note' is"),
    (FIGURES, "  chart: line", "  chart: number", "24: a series isn't a single number"),
    (FIGURES, "  chart: line", "  chart: table", ""),
    (FIGURES, "  chart: line", "  chart: receipt", "17: the rows of a receipt must add up"),
    (FIGURES, "  chart: line", "  chart: line\n  left_out: [staff]", "25: only a receipt says what is left out"),
    (FIGURES, "  as_of: 2025-01-27", "  chart: receipt\n  as_of: 2025-01-27", "6: a receipt needs rows"),
    (FIGURES, "  as_of: 2025-01-27", "  chart: number\n  as_of: 2025-01-27", ""),
    # events
    (EVENTS, "  id: 2025-01-27-tea-rises\n", "", "1: the event has no name of its own (id: 2025-01-27-tea-rises"),
    (EVENTS, "id: 2025-01-27-tea-rises", "id: tea-rises", "2: 'id': 'tea-rises' isn't a valid event id"),
    (EVENTS, "\n  headline_figure: tea-price", "", ""),
    (EVENTS, "[tea-price]", "[]", "8: the headline's figure 'tea-price' isn't one of the event's figures"),
    (EVENTS, "date: 2025-01-27}", "date: 2031}", "10: 2031 is in the future"),
    # the state of a topic
    (TOPIC, "fresh_for: 45", "fresh_for: 0", "7: 'fresh_for' is '0'"),
    (TOPIC, "fresh_for: 45", "fresh_for: soon", "7: 'fresh_for' is 'soon'"),
    (TOPIC, "fresh_for: 45\n", "", "1: 'fresh_for' is missing"),
    (TOPIC, "state: Tea costs {tea-price}.\n", "", "1: 'state' is missing"),
    (TOPIC, "state_as_of: 2025-02-01\n", "", "1: 'state_as_of' is missing"),
    (TOPIC, "Tea costs {tea-price}.", "Up 5%.", "8: the number '5%' is written in prose"),
    (TOPIC, "Tea costs {tea-price}.", "x " * 160, "8: 'state' has 319 characters (at most 300)"),
    # questions
    (QUIZ, "  difficulty: hard", "  difficulty: hard\n  until: soon", "17: 'until': 'soon' isn't a valid day"),
    (
        QUIZ,
        "  difficulty: hard",
        "  difficulty: hard\n  until: 2027-01-01",
        "15: only one question is about the brief 'future', without those that are retired",
    ),
    # tricks
    (BRIEFS, "aliases: [price]", "aliases: &a [price]", "3: anchors, aliases and tags are not used here"),
    (BRIEFS, "aliases: [price]", "aliases: !!bool x", "3: anchors, aliases and tags are not used here"),
    (BRIEFS, "aliases: [price]", "aliases: " + "[" * 5_000, "3: "),
    (BRIEFS, "aliases: [price]", "aliases: " + "[" * 50 + "]" * 50, "3: lists and keys are nested too deeply"),
    (BRIEFS, "Nobody knows", "Nobody \u202eknows", "17: it contains an invisible character (U+202E)"),
    # markup and length
    (BRIEFS, "**Tea Board**", "**Tea Board*", "6: '*' opens nothing"),
    (BRIEFS, "Nobody knows", "Nobody " + "really " * 40 + "knows", "17: 'lede' has "),
]


def test_a_correct_folder_has_no_mistake(folder: Folder) -> None:
    assert folder.mistakes() == []


@pytest.mark.parametrize(("file", "old", "new", "expected"), MISTAKES, ids=lambda value: str(value)[:40])
def test_each_kind_of_mistake_is_reported_with_its_line(
    folder: Folder, file: str, old: str, new: str, expected: str
) -> None:
    folder.change(file, old, new)
    found = folder.mistakes()
    if not expected:
        assert found == []
        return
    assert any(f":{expected}" in mistake for mistake in found), found


def test_one_broken_entry_is_one_mistake_and_not_one_for_each_entry_that_names_it(folder: Folder) -> None:
    folder.change(FIGURES, "value: 5.5", "value: lots")
    assert [mistake.partition(" ")[0] for mistake in folder.mistakes()] == ["tea/figures.yaml:3:"]


def test_a_file_that_cannot_be_read_is_one_mistake(folder: Folder) -> None:
    for name in (FIGURES, BRIEFS, QUIZ):
        folder.write(
            name, FILES[name].replace("title:", "title: a: b", 1).replace("label:", "label: a: b", 1) + "\t- x\n"
        )
        assert len(folder.mistakes()) == 1, name
        folder.write(name, FILES[name])


def test_mistakes_of_several_files_come_all_at_once(folder: Folder) -> None:
    folder.change(TOPIC, "command: true", "command: 3")
    folder.change(FIGURES, "value: 5.5", "value: x")
    folder.change(EVENTS, "[TEA]", "[tea]")
    files = {mistake.split(":")[0] for mistake in folder.mistakes()}
    assert {TOPIC, FIGURES, EVENTS} <= files


def test_an_event_in_the_future_is_a_mistake(folder: Folder) -> None:
    folder.write("events/2027.yaml", FILES[EVENTS].replace("2025-01-27", "2027-01-27"))
    assert any("2027-01-27 is in the future" in mistake for mistake in folder.mistakes())


def test_the_same_figure_in_two_topics_is_a_mistake(folder: Folder) -> None:
    for name in ("topic", "briefs", "figures", "quiz"):
        folder.write(
            f"coffee/{name}.yaml", FILES[f"tea/{name}.yaml"].replace("[chai]", "[]").replace("price:\n", "price:\n")
        )
    found = folder.mistakes()
    assert any("the figure 'tea-price' stands in" in mistake for mistake in found)


def test_two_topics_of_the_same_name_are_a_mistake(folder: Folder) -> None:
    folder.write("chai/topic.yaml", FILES[TOPIC].replace("aliases: [chai]", "aliases: []"))
    found = folder.mistakes()
    assert any("two topics are called 'chai'" in mistake for mistake in found)
    assert any(mistake.startswith("chai/topic.yaml:1: the topic has no brief") for mistake in found)


def test_unknown_files_and_missing_ones_are_mistakes(folder: Folder) -> None:
    folder.write("tea/brief.yaml", "a: b\n")
    folder.write("stray.yaml", "a: b\n")
    folder.write("events/latest.yaml", "[]\n")
    folder.write("coffee/briefs.yaml", FILES[BRIEFS])
    (folder.path / "BAD NAME").mkdir()
    found = "\n".join(folder.mistakes())
    for words in (
        "tea/brief.yaml:1: a topic has only these files",
        "stray.yaml:1: topics are folders",
        "events/latest.yaml:1: events stand in files named by their year",
        "coffee/topic.yaml:1: the file is missing",
        "BAD NAME:1: a topic's folder is named",
    ):
        assert words in found


def test_editors_own_files_are_passed_over(folder: Folder) -> None:
    folder.write("tea/.briefs.yaml.swp", "\x00")
    folder.write("tea/notes.txt", "12345")
    folder.write("README.md", "# 12345")
    assert folder.mistakes() == []


@pytest.mark.parametrize("where", ["", "tea/", "events/"])
@pytest.mark.parametrize("name", ["._2025.yaml", "._topic.yaml", "_draft.yml", ".goutputstream-X1.yaml", "#quiz.yaml#"])
def test_what_editors_and_systems_leave_in_any_content_folder_is_passed_over(
    folder: Folder, where: str, name: str
) -> None:
    folder.write(f"{where}{name}", "\x00\x05\x16\x07 no YAML")
    assert folder.mistakes() == []


@pytest.mark.parametrize("lock", [".#names.yaml", "tea/.#quiz.yaml", "events/.#2025.yaml"])
def test_a_file_that_emacs_has_unsaved_changes_of_can_be_read(folder: Folder, lock: str) -> None:
    (folder.path / lock).symlink_to("somebody@somewhere.4711:1")
    assert folder.mistakes() == []


def test_names_of_the_folder_may_stand_in_prose(folder: Folder) -> None:
    folder.change(BRIEFS, "The V3 of", "The Model-9 of")
    assert folder.mistakes() != []
    folder.write("names.yaml", "- Model-9\n")
    assert folder.mistakes() == []


def test_a_file_that_is_no_text_is_a_mistake(folder: Folder) -> None:
    (folder.path / BRIEFS).write_bytes(b"\xff\xfe\x00")
    assert any("not UTF-8 text" in mistake for mistake in folder.mistakes())


def test_an_empty_folder_says_how_to_begin(folder: Folder) -> None:
    empty = Folder(folder.path.parent / "empty")
    for name in FILES:
        (empty.path / name).unlink()
    (empty.path / "tea").rmdir()
    assert any("there is no topic (newsbot content new TOPIC)" in mistake for mistake in empty.mistakes())


def test_figures_that_supersede_each_other_in_a_circle_are_a_mistake(folder: Folder) -> None:
    folder.change(FIGURES, "  unit: USD\n", "  superseded_by: tea-years\n  unit: USD\n")
    folder.change(FIGURES, "  as_of: 2025\n", "  as_of: 2025-02\n  superseded_by: tea-price\n")
    assert [mistake for mistake in folder.mistakes() if "takes its own place" in mistake] == [
        "tea/figures.yaml:4: 'tea-price' takes its own place in the end (the newest figure is superseded by none)",
        "tea/figures.yaml:24: 'tea-years' takes its own place in the end (the newest figure is superseded by none)",
    ]


def test_prose_may_give_a_superseded_number_only_beside_the_newest(folder: Folder) -> None:
    newer = FILES[FIGURES][: FILES[FIGURES].index("tea-years")].replace("tea-price", "tea-price-now")
    folder.write(FIGURES, FILES[FIGURES] + newer.replace("2025-01-27\n", "2025-03-01\n"))
    folder.change(FIGURES, "  unit: USD\n", "  superseded_by: tea-price-now\n  unit: USD\n")
    assert folder.mistakes() == [
        "tea/briefs.yaml:4: 'tea-price' has been superseded by 'tea-price-now' (name the newer one too)"
    ]
    folder.change(BRIEFS, "January 2025.", "January 2025, and to {tea-price-now} by March.")
    assert folder.mistakes() == []


def test_two_events_of_one_name_are_a_mistake(folder: Folder) -> None:
    folder.write(EVENTS, FILES[EVENTS] + FILES[EVENTS].replace("title: Tea rises", "title: Tea rises again"))
    assert folder.mistakes() == [
        "events/2025.yaml:12: the event '2025-01-27-tea-rises' appears twice (rename one of them)"
    ]


def test_a_better_title_leaves_an_event_its_name(folder: Folder) -> None:
    folder.change(EVENTS, "title: Tea rises", "title: Tea has its best day in years")
    assert list(folder.library().events) == ["2025-01-27-tea-rises"]
    assert folder.mistakes() == []


def test_a_lede_has_at_most_two_numbers(folder: Folder) -> None:
    more = FILES[FIGURES][: FILES[FIGURES].index("tea-years")].replace("tea-price", "tea-other")
    folder.write(FIGURES, FILES[FIGURES] + more)
    folder.change(BRIEFS, "{tea-price} in", "{tea-price}, {tea-years} or {tea-other} in")
    assert folder.mistakes() == [
        "tea/briefs.yaml:4: the lede has 3 numbers (at most 2: the others go below it)",
    ]
