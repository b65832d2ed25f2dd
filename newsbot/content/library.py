"""The library: an immutable snapshot of all content that can be found, completed and searched."""

import hashlib
import itertools
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from pathlib import Path

from newsbot.content.checks import check
from newsbot.content.claim_match import ClaimIndex
from newsbot.content.drafts import draft_sentence, leave_out_drafts
from newsbot.content.loader import Draft, Unfinished, read_folder
from newsbot.content.models import Brief, Claim, Event, Figure, Phrasing, Question, Source, Term, Topic
from newsbot.content.passages import passages_of
from newsbot.content.phrase_match import PhraseIndex
from newsbot.content.prose import FigureText, filled, filled_text, placeholders
from newsbot.content.search import Hit, SearchIndex
from newsbot.content.word_lists import STOP_WORDS
from newsbot.content.words import stem, tokens
from newsbot.errors import ContentError
from newsbot.messages.cards import Card
from newsbot.messages.markup import Inline
from newsbot.names import Name, NameIndex, normalised
from newsbot.validation import Mistake
from newsbot.yamlfiles import Location


class ContentMistakes(ContentError):
    """The content has mistakes; all of them are in `mistakes`."""

    def __init__(self, found: list[Mistake]) -> None:
        super().__init__("\n".join(str(mistake) for mistake in found))
        self.mistakes = found


def load_library(folder: Path, today: date) -> "Library":
    """The library of a content folder as of a day.

    Raises ContentMistakes, with every mistake at once, where the folder breaks a rule.
    """
    draft = read_folder(folder)
    leave_out_drafts(draft)
    if found := check(draft, today):
        # What names a topic that is a draft is wrong for that alone, so the draft is told of beside it.
        told = (Mistake(each.mistakes[0].file, 1, draft_sentence(topic, each)) for topic, each in draft.drafts.items())
        raise ContentMistakes([*found, *told])
    return Library.of(draft, today)


@dataclass(frozen=True)
class Library:
    """All content at one version. Look-ups return None where there is nothing of that name.

    `questions` are those that may be asked, `retired` those that no longer are. `withdrawn` has a sentence for each
    thing that is gone: an event's id, `figure:ID`, `brief:TOPIC/ID`. `drafts` are topics that are not filled in yet, of
    which nothing else is here. `cards` is where card makers keep what they made
    for this version.
    """

    version: str
    topics: Mapping[str, Topic]
    briefs: Mapping[tuple[str, str], Brief]
    figures: Mapping[str, Figure]
    questions: Mapping[tuple[str, str], Question]
    events: Mapping[str, Event]
    origins: Mapping[int, tuple[str, Location]] = field(repr=False, compare=False)  # by id(entry): its file and place
    retired: Mapping[tuple[str, str], Question] = field(default_factory=dict)
    claims: Mapping[str, Claim] = field(default_factory=dict)
    terms: Mapping[str, Term] = field(default_factory=dict)
    withdrawn: Mapping[str, str] = field(default_factory=dict)
    phrasings: Mapping[str, Phrasing] = field(default_factory=dict)
    drafts: Mapping[str, Unfinished] = field(default_factory=dict)
    cards: dict[tuple[str, ...], Card] = field(default_factory=dict, repr=False, compare=False)

    @classmethod
    def of(cls, draft: Draft, today: date) -> "Library":
        """The library of a draft that has no mistakes; `today` decides which questions are over."""
        over = {name for name, each in draft.questions.items() if each.retired or (each.until and each.until < today)}
        digest = hashlib.sha256(repr(sorted(over)).encode())
        for file in sorted(draft.texts):
            digest.update(draft.texts[file].encode())
        newest_first = sorted(draft.events.values(), key=lambda event: (event.date, event.id), reverse=True)
        return cls(
            version=digest.hexdigest()[:16],
            topics=draft.topics,
            briefs=draft.briefs,
            figures=draft.figures,
            questions={name: question for name, question in draft.questions.items() if name not in over},
            retired={name: question for name, question in draft.questions.items() if name in over},
            claims=draft.claims,
            terms=draft.terms,
            withdrawn={name: entry.sentence for name, entry in draft.withdrawn.items()},
            phrasings=draft.phrasings,
            events={event.id: event for event in newest_first},
            origins=draft.origins,
            drafts=draft.drafts,
        )

    def briefs_of(self, topic: str) -> tuple[Brief, ...]:
        """The briefs of a topic in the order of their file; the first is the overview."""
        return self._briefs_by_topic.get(topic, ())

    def questions_of(self, topic: str, brief: str) -> tuple[Question, ...]:
        """The questions about a brief that may be asked, in the order of their file."""
        return self._questions_by_brief.get((topic, brief), ())

    def figures_of(self, brief: Brief) -> tuple[Figure, ...]:
        """Every figure a brief shows: those it lists, then those that only its prose names; of each the newest."""
        named = (name for text in (brief.lede, *brief.body, *brief.corrects) for name in placeholders(text))
        return tuple({self.newest(name).id: self.newest(name) for name in (*brief.figures, *named)}.values())

    def newest(self, figure: str) -> Figure:
        """The figure of that name, or the one that has taken its place."""
        found = self.figures[figure]
        while found.superseded_by:
            found = self.figures[found.superseded_by]
        return found

    def earlier(self, figure: str) -> tuple[Figure, ...]:
        """The figures whose place this one has taken, the newest first."""
        before = [each for each in self._superseded if self.figures[figure].id == each.superseded_by]
        return tuple(older for each in before for older in (each, *self.earlier(each.id)))

    def headline_figure(self, event: Event) -> Figure | None:
        """The main number of an event, where it has one."""
        return self.figures[event.headline_figure] if event.headline_figure else None

    def briefs_with(self, figure: str) -> tuple[Brief, ...]:
        """The briefs that show a figure."""
        return self._briefs_by_figure.get(figure, ())

    def filled(self, source: str) -> tuple[Inline, ...]:
        """Prose as pieces to show, with the figures it names."""
        return filled(source, self._display)

    def filled_text(self, source: str) -> str:
        """Prose as plain text, with the figures it names."""
        return filled_text(source, self._display)

    def ask(self, question: str, limit: int = 4) -> list[Hit]:
        """What answers a question best; see `SearchIndex.ask`."""
        return self.search.ask(question, limit)

    @cached_property
    def topic_names(self) -> NameIndex:
        """Topics by id, title, alias."""
        return NameIndex(Name(topic.id, topic.title, topic.aliases) for topic in self.topics.values())

    def brief_names(self, topic: str) -> NameIndex:
        """The briefs of one topic by id, title, alias; the value is the brief's id."""
        found = self._brief_names.get(topic)
        if found is None:
            briefs = self.briefs_of(topic)
            found = NameIndex(Name(b.id, self.filled_text(b.title), b.aliases) for b in briefs)
            self._brief_names[topic] = found
        return found

    @cached_property
    def figure_names(self) -> NameIndex:
        """Figures by id and label."""
        return NameIndex(Name(figure.id, figure.label, ()) for figure in self.figures.values())

    @cached_property
    def claim_names(self) -> NameIndex:
        """Claims by id, by the sentence as people say it, and by its other wordings."""
        return NameIndex(Name(claim.id, claim.claim, claim.aliases) for claim in self.claims.values())

    @cached_property
    def term_names(self) -> NameIndex:
        """The glossary's terms by id, term, alias."""
        return NameIndex(Name(term.id, term.term, term.aliases) for term in self.terms.values())

    @cached_property
    def search(self) -> SearchIndex:
        """The index of all passages."""
        return SearchIndex(passages_of(self), {topic.id: topic.title for topic in self.topics.values()})

    @cached_property
    def claim_index(self) -> ClaimIndex:
        """The claims as they are recognised in a sentence."""
        return ClaimIndex(self.claims.values(), self.search.reader)

    @cached_property
    def days(self) -> frozenset[str]:
        """The days on which something happened."""
        return frozenset(event.date.isoformat() for event in self.events.values())

    @cached_property
    def phrase_index(self) -> PhraseIndex:
        """How people ask for briefs, figures and events."""
        return PhraseIndex(self.phrasings.values(), self.search)

    @cached_property
    def briefs_called(self) -> Mapping[str, tuple[tuple[str, str], ...]]:
        """The briefs of all topics by each of their normalised names, as (topic, brief)."""
        found: dict[str, dict[tuple[str, str], None]] = {}
        for (topic, name), brief in self.briefs.items():
            for called in (name, brief.short or "", self.filled_text(brief.title), *brief.aliases):
                found.setdefault(normalised(called), {})[topic, name] = None
        return {called: tuple(briefs) for called, briefs in found.items() if called}

    @cached_property
    def brief_stems(self) -> Mapping[tuple[str, tuple[str, ...]], str]:
        """For a topic and the stems of a name of one of its briefs, that brief."""
        found: dict[tuple[str, tuple[str, ...]], str] = {}
        for (topic, name), brief in self.briefs.items():
            for called in (name, *brief.aliases):
                words = tuple(stem(word) for word in tokens(called.replace("-", " ")) if word not in STOP_WORDS)
                found.setdefault((topic, words), name)
        return found

    @cached_property
    def _brief_names(self) -> dict[str, NameIndex]:
        return {}

    @cached_property
    def _briefs_by_topic(self) -> dict[str, tuple[Brief, ...]]:
        groups = itertools.groupby(self.briefs.values(), key=lambda brief: brief.topic)
        return {topic: tuple(group) for topic, group in groups}

    @cached_property
    def _questions_by_brief(self) -> dict[tuple[str, str], tuple[Question, ...]]:
        grouped: dict[tuple[str, str], tuple[Question, ...]] = {}
        for question in self.questions.values():
            key = (question.topic, question.brief)
            grouped[key] = (*grouped.get(key, ()), question)
        return grouped

    @cached_property
    def _briefs_by_figure(self) -> dict[str, tuple[Brief, ...]]:
        grouped: dict[str, tuple[Brief, ...]] = {}
        for brief in self.briefs.values():
            for figure in self.figures_of(brief):
                grouped[figure.id] = (*grouped.get(figure.id, ()), brief)
        return grouped

    @cached_property
    def _superseded(self) -> tuple[Figure, ...]:
        return tuple(figure for figure in self.figures.values() if figure.superseded_by)

    def _display(self, name: str) -> FigureText:
        figure = self.figures[name]
        return FigureText(figure.display, figure.bound or "")


def distinct_sources(sources: Iterable[Source]) -> tuple[Source, ...]:
    """The sources in order, each address once."""
    return tuple({source.url: source for source in reversed(list(sources))}.values())[::-1]
