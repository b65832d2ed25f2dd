"""What buttons of content do: the name of each action and the one function that makes it."""

from newsbot.messages.actions import Action

OPEN_BRIEF, OPEN_TOPIC, OPEN_FIGURE, OPEN_EVENT = "brief.open", "topic.open", "figure.open", "event.open"
OPEN_SOURCES, MORE_EVENTS = "sources.open", "events.more"
ASK_QUESTION, GIVE_ANSWER = "check.ask", "check.answer"
PICK_EVENT = Action(OPEN_EVENT)  # of a list: which event, the pick says


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
