"""Answers that several commands share: what was not found, with the nearest names as buttons, and plain notes."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from newsbot.content.actions import brief_action, figure_action, topic_action
from newsbot.content.library import Library
from newsbot.content.models import Brief, Event, Figure, Topic
from newsbot.errors import RequestError, TokenError
from newsbot.messages.actions import Action
from newsbot.messages.cards import Block, Button, Buttons, Card, Reply, text
from newsbot.messages.markup import outside_text
from newsbot.names import Name, NameIndex

RUN = "ask.run"  # the action that asks for a command
MAX_OFFERS = 12  # as many as a topic has briefs, and more than any typo is near to


@dataclass(frozen=True, slots=True)
class Offer:
    """Something newsbot could do instead, as a button."""

    label: str
    action: Action


class Unclear(RequestError):
    """A request that names nothing newsbot has; `offers` are what may have been meant."""

    def __init__(self, sentence: str, offers: Iterable[Offer] = (), title: str = "Not found") -> None:
        super().__init__(sentence)
        self.offers = tuple(offers)[:MAX_OFFERS]
        self.title = title


def note(title: str, sentence: str, offers: Iterable[Offer] = ()) -> Reply:
    """A private note with buttons for what to do next."""
    blocks: list[Block] = [text(sentence)]
    if buttons := offer_buttons(offers):
        blocks.append(buttons)
    return Reply(Card(title, tuple(blocks), "warning"), private=True)


def offer_buttons(offers: Iterable[Offer]) -> Buttons | None:
    """The offers as buttons, each action once; one whose name does not fit behind a button is left out."""
    usable: dict[Action, Button] = {}
    for offer in offers:
        try:
            offer.action.token()
        except TokenError:
            continue
        usable.setdefault(offer.action, Button(offer.label, offer.action))
    return Buttons(tuple(usable.values())) if usable else None


def run_action(path: tuple[str, ...], options: Mapping[str, str] | None = None) -> Action:
    """The action that asks for a command again: its path, then each option as name=value."""
    written = (f"{name}={value}" for name, value in (options or {}).items())
    return Action(RUN, ("/".join(path), *written))


DELETE = "answer.delete"  # takes an answer away; platforms do it, since only they can
SHARE = "click.share"  # does what another button did, for everyone to see


def delete_button(asker_id: str) -> Button:
    """A button with which whoever asked takes the answer away; their id stands in its token."""
    return Button("Delete", Action(DELETE, (asker_id,)))


def share_button(action: Action, label: str = "Share here") -> Button | None:
    """A button that does `action` where everyone sees it; None where its token would be too long."""
    share = Action(SHARE, (action.name, *action.arguments))
    try:
        share.token()
    except TokenError:
        return None
    return Button(label, share)


HELP = Offer("What can you do?", run_action(("newsbot",)))


def find_topic(library: Library, typed: str) -> Topic:
    """The topic of that name. Raises Unclear, offering the nearest."""
    if found := library.topic_names.exact(typed):
        return library.topics[found.value]
    near = library.topic_names.nearest(typed) or library.topic_names.names[:MAX_OFFERS]
    raise Unclear(
        f"There is no topic called “{outside_text(typed, 60)}”.{_did_you_mean(near)}",
        (Offer(name.label, topic_action(name.value)) for name in near),
    )


def find_brief(library: Library, topic: Topic, typed: str) -> Brief:
    """The brief of that name within a topic. Raises Unclear, offering the nearest, or all."""
    names = library.brief_names(topic.id)
    if found := names.exact(typed):
        return library.briefs[topic.id, found.value]
    if sentence := library.withdrawn.get(f"brief:{topic.id}/{typed}"):
        raise Unclear(sentence, (HELP,), "Gone")
    near = names.nearest(typed)
    called = outside_text(typed, 60)
    listed = near or names.names[:MAX_OFFERS]
    raise Unclear(
        f"{topic.title} has no brief called “{called}”.{_did_you_mean(near) if near else ' It has these:'}",
        (Offer(name.value, brief_action(topic.id, name.value)) for name in listed),
    )


def find_figure(library: Library, typed: str) -> Figure:
    """The figure of that name. Raises Unclear, offering the nearest."""
    if found := library.figure_names.exact(typed):
        return library.figures[found.value]
    if sentence := library.withdrawn.get(f"figure:{typed}"):
        raise Unclear(sentence, (HELP,), "Gone")
    near = _near_or_searched(library, library.figure_names, typed)
    raise Unclear(
        f"There is no figure called “{outside_text(typed, 60)}”.{_did_you_mean(near)}",
        (Offer(name.label, figure_action(name.value)) for name in near),
    )


def find_event(library: Library, name: str) -> Event:
    """The event of that id. Raises Unclear where there is none any more."""
    if found := library.events.get(name):
        return found
    raise Unclear(library.withdrawn.get(name, "This event is not listed any more."), (HELP,), "Gone")


def near_figures(library: Library, typed: str) -> list[Name]:
    """Figures that somebody may have meant, the nearest first."""
    return _near_or_searched(library, library.figure_names, typed)


def _near_or_searched(library: Library, names: NameIndex, typed: str) -> list[Name]:
    near = names.nearest(typed, MAX_OFFERS) or names.complete(typed, MAX_OFFERS)
    if near:
        return near
    hits = (hit.key for hit in library.ask(typed, 12) if hit.kind == "figure")
    return [Name(key, library.figures[key].label, ()) for key in hits][:MAX_OFFERS]


def _did_you_mean(near: Iterable[Name]) -> str:
    return " Did you mean:" if any(True for _ in near) else ""
