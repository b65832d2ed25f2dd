"""`/check claim`: what is known about a sentence that people repeat; a verdict only where the content has one."""

from collections.abc import Iterator

from newsbot.commands.answers import HELP, Offer, Unclear
from newsbot.commands.builtin.ask import answer, offering, share_claim, today_of
from newsbot.commands.button_args import arguments
from newsbot.commands.registry import ButtonHandler, Command, Context, Option
from newsbot.content.answer_cards import claim_card, shortened, term_card
from newsbot.content.library import Library
from newsbot.messages.actions import Action
from newsbot.messages.cards import Reply
from newsbot.messages.requests import Ask, Click

CLAIM = Option("claim", "text", "A sentence you read or heard", required=True, rest=True)
_CLOSE = 3


def commands(library: Library) -> Iterator[Command]:
    """`/check`."""
    said = next((claim.claim.rstrip(".") for claim in library.claims.values()), "R1 cost 6 million dollars")
    yield Command(("check",), "Check a claim", check, (CLAIM,), ("fact-check",), (f"/check {said}",), private=True)


async def check(context: Context, ask: Ask) -> Reply:
    """The known claim that the sentence repeats, with its verdict; else what `/ask` makes of it, which gives none."""
    library, said = context.library, ask.options.get("claim", "").strip()
    if claim := library.claim_index.same(said):
        return Reply(claim_card(library, claim, share_claim(claim)), private=True)
    if near := library.claim_index.matches(said, _CLOSE):
        offers = [Offer(shortened(match.claim.claim), Action("claim.open", (match.claim.id,))) for match in near]
        sentence = "I haven’t checked exactly that. These claims come closest."
        return Reply(offering("Not sure. Closest:", sentence, offers), private=True)
    return Reply(answer(context, said, today_of(ask)).card, private=True)


async def open_claim(context: Context, click: Click) -> Reply:
    """A press of a button to a claim."""
    (name,) = arguments(click, 1)
    claim = context.library.claims.get(name)
    if claim is None:
        raise Unclear("This claim isn’t listed any more.", (HELP,), "Gone")
    return Reply(claim_card(context.library, claim), replaces=True)


async def open_term(context: Context, click: Click) -> Reply:
    """A press of a button to a word of the glossary."""
    (name,) = arguments(click, 1)
    term = context.library.terms.get(name)
    if term is None:
        raise Unclear("This word isn’t listed any more.", (HELP,), "Gone")
    return Reply(term_card(context.library, term), replaces=True)


BUTTONS = {"claim.open": ButtonHandler(open_claim), "term.open": ButtonHandler(open_term)}
