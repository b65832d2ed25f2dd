"""What buttons of content do: the name of each action and the one function that makes it.

A subject is what a card is about, by its kind and key: a brief ("topic/brief"), a figure, an event, two figures
("first,second"), a topic's sources, a page of events, what newsbot can do. A view is a part of what there is to say
about a subject.
"""

from dataclasses import dataclass
from typing import Literal, get_args

from newsbot.messages.actions import Action

OPEN_BRIEF, OPEN_TOPIC, OPEN_FIGURE, OPEN_EVENT = "brief.open", "topic.open", "figure.open", "event.open"
OPEN_SOURCES, MORE_EVENTS = "sources.open", "events.more"
ASK_QUESTION, GIVE_ANSWER = "check.ask", "check.answer"
PICK_EVENT = Action(OPEN_EVENT)  # of a list: which event, the pick says
PICK_TOPIC = Action(OPEN_SOURCES)  # of a list: whose sources, the pick says
CLOSE_VIEW, OPEN_MORE = "card.back", "card.more"

View = Literal["explain", "numbers", "sources", "question"]
VIEWS: tuple[View, ...] = get_args(View)
SubjectKind = Literal["brief", "figure", "event", "pair", "topic", "events", "help"]
KINDS: tuple[SubjectKind, ...] = get_args(SubjectKind)


@dataclass(frozen=True, slots=True)
class Subject:
    """What a card is about."""

    kind: SubjectKind
    key: str


def view_action(view: View, subject: Subject) -> Action:
    """Open a view of a subject for whoever pressed."""
    return Action(f"{view}.view", (subject.kind, subject.key))


def share_view_action(view: View, subject: Subject) -> Action:
    """Show a view of a subject to everyone."""
    return Action(f"{view}.share", (subject.kind, subject.key))


def back_action(subject: Subject) -> Action:
    """Go back to the card of a subject."""
    return Action(CLOSE_VIEW, (subject.kind, subject.key))


def more_action(subject: Subject) -> Action:
    """Open what was picked from the choice of a subject's card: "topic/brief", or an event."""
    return Action(OPEN_MORE, (subject.kind, subject.key))


def brief_action(topic: str, brief: str) -> Action:
    """Open a brief."""
    return Action(OPEN_BRIEF, (topic, brief))


def topic_action(topic: str) -> Action:
    """Open a topic: its overview."""
    return Action(OPEN_TOPIC, (topic,))


def figure_action(figure: str) -> Action:
    """Open a figure."""
    return Action(OPEN_FIGURE, (figure,))


def event_action(event: str) -> Action:
    """Open an event."""
    return Action(OPEN_EVENT, (event,))


def events_action(topic: str, since: str, start: int) -> Action:
    """Show the events from the one numbered `start` on; `topic` and `since` may be empty."""
    return Action(MORE_EVENTS, (topic, since, str(start)))


def sources_action(topic: str) -> Action:
    """Show the sources of a topic."""
    return Action(OPEN_SOURCES, (topic,))


def answer_action(topic: str, question: str, choice: int) -> Action:
    """Choose an answer to a question for oneself."""
    return Action(GIVE_ANSWER, (topic, question, str(choice)))


def question_action(topic: str, question: str) -> Action:
    """Ask a question for oneself."""
    return Action(ASK_QUESTION, (topic, question))


REPORT_NUMBER = "number.report"
PICK_REPORT = Action(REPORT_NUMBER)  # of a list: which number, the pick says


def report_action(figure: str) -> Action:
    """Say what is wrong with a number."""
    return Action(REPORT_NUMBER, (figure,))
