"""`/ask question`: the best brief, figure or event by full-text search, quoted with its source; never made up."""

from collections.abc import Iterator

from newsbot.commands.answers import HELP, Offer, Unclear
from newsbot.commands.registry import Command, Context, Option
from newsbot.content.cards import brief_card, event_card, figure_card
from newsbot.content.library import Library
from newsbot.content.search import Hit
from newsbot.messages.actions import Action
from newsbot.messages.cards import Block, Button, Buttons, Card, Facts, Links, Reply, Text
from newsbot.messages.requests import Ask

QUESTION = Option("question", "text", "What you want to know", required=True, rest=True)
_OPEN = {"brief": "Read the brief", "figure": "Open the figure", "event": "Open the event"}
_FOOTER = "Quoted from newsbot’s own briefs. Not investment advice."
_NOTHING = "Nothing here answers that. newsbot only quotes what it has sources for, and it makes nothing up."


def commands(library: Library) -> Iterator[Command]:
    """`/ask`."""
    yield Command(
        ("ask",),
        "An answer from the briefs, with its source",
        ask,
        (QUESTION,),
        (),
        ("/ask what did R1 cost",),
    )


async def ask(context: Context, ask: Ask) -> Reply:
    """The best answer, with the next best as buttons. Raises Unclear where nothing matches."""
    library = context.library
    question = ask.options.get("question", "").strip()
    hits = library.ask(question)
    if not hits:
        near = [Offer(_label(library, hit), _action(hit)) for hit in library.search.close_to(question)]
        also = " The nearest there is:" if near else ""
        raise Unclear(_NOTHING + also, near or (HELP,), "No answer")
    best, *others = hits
    card = _card(library, best)
    buttons = [Button(_OPEN[best.kind], _action(best), "primary")]
    buttons += [Button(_label(library, hit), _action(hit)) for hit in others]
    return Reply(Card(card.title, (*_quote(card), Buttons(tuple(buttons))), footer=_FOOTER))


def _quote(card: Card) -> Iterator[Block]:
    """The heart of a card: its one-sentence answer, its figures and its sources."""
    yield next(block for block in card.blocks if isinstance(block, Text) and block.style == "lede")
    yield from (block for block in card.blocks if isinstance(block, Facts) and block.title)
    yield from (block for block in card.blocks if isinstance(block, Links))


def _card(library: Library, hit: Hit) -> Card:
    match hit.kind:
        case "brief":
            topic, _, name = hit.key.partition("/")
            return brief_card(library, topic, name)
        case "figure":
            return figure_card(library, hit.key)
        case "event":
            return event_card(library, hit.key)


def _action(hit: Hit) -> Action:
    if hit.kind == "brief":
        topic, _, name = hit.key.partition("/")
        return Action("brief.open", (topic, name))
    return Action(f"{hit.kind}.open", (hit.key,))


def _label(library: Library, hit: Hit) -> str:
    return _card(library, hit).title
