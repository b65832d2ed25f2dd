"""`/compare a vs b`: two numbers side by side, with their ratio only where they measure the same thing."""

import re
from collections.abc import Iterable, Iterator

from newsbot.commands.answers import HELP, Offer, Unclear, find_figure, near_figures, run_action
from newsbot.commands.registry import Command, Context, Option
from newsbot.content.cards import comparison_card
from newsbot.content.comparing import why_not
from newsbot.content.library import Library
from newsbot.content.materials import comparable, pair_subject
from newsbot.content.models import Figure
from newsbot.content.short_cards import short_card
from newsbot.messages.actions import Action
from newsbot.messages.cards import Reply
from newsbot.messages.markup import outside_text
from newsbot.messages.requests import Ask

FIRST = Option("first", "figure", "The first figure, or both: a vs b", required=True, rest=True)
SECOND = Option("second", "figure", "The figure to compare it with")
_BETWEEN = re.compile(r"\s+(?:vs\.?|versus|and|or|against|with|to)\s+|\s*,\s*", re.IGNORECASE)
_OFFERS = 8


def commands(library: Library) -> Iterator[Command]:
    """`/compare`."""
    known = [name for name in ("v3-run-cost", "r1-added-cost") if name in library.figures]
    examples = (f"/compare {' vs '.join(known)}",) if len(known) == 2 else ()
    yield Command(("compare",), "Two numbers side by side, if they are alike", compare, (FIRST, SECOND), (), examples)


def compare_action(first: str, second: str) -> Action:
    """Compare two figures."""
    return run_action(("compare",), {"first": first, "second": second})


async def compare(context: Context, ask: Ask) -> Reply:
    """Both figures, and their ratio or why there is none. Raises Unclear, with pairs that can be compared."""
    library = context.library
    typed = (ask.options.get("first", "").strip(), ask.options.get("second", "").strip())
    one, other = typed if typed[1] else _two_names(library, typed[0])
    if not other:
        raise _needs_another(library, find_figure(library, one))
    try:
        first, second = find_figure(library, one), find_figure(library, other)
    except Unclear as error:
        if pairs := _alike(_meant(library, one), _meant(library, other)):
            said = " and ".join(f"“{outside_text(name, 40)}”" for name in (one, other))
            raise Unclear(f"{said}: which of these do you mean?", map(_offer, pairs), "Which two?") from error
        raise
    card = short_card(library, pair_subject(first, second))
    return Reply(card, full=comparison_card(library, first, second))


def _two_names(library: Library, words: str) -> tuple[str, str]:
    """The two names in some words: parted by "vs", "and", "or", or where two known names meet."""
    if library.figure_names.exact(words):
        return words, ""
    for found in _BETWEEN.finditer(words):
        parts = words[: found.start()], words[found.end() :]
        if all(library.figure_names.exact(part) for part in parts):
            return parts
    if first := _BETWEEN.search(words):
        return words[: first.start()], words[first.end() :]
    split = words.split()
    cuts = [(" ".join(split[:at]), " ".join(split[at:])) for at in range(1, len(split))]
    return next((cut for cut in cuts if all(map(library.figure_names.exact, cut))), cuts[0] if cuts else (words, ""))


def _meant(library: Library, typed: str) -> list[Figure]:
    """The figures that a name may mean, the likeliest first."""
    if found := library.figure_names.exact(typed):
        return [library.figures[found.value]]
    return [library.figures[name.value] for name in near_figures(library, typed)]


def _alike(firsts: Iterable[Figure], seconds: Iterable[Figure]) -> list[tuple[Figure, Figure]]:
    """The pairs that can be compared."""
    others = list(seconds)
    return [(one, other) for one in firsts for other in others if why_not(one, other) is None][:_OFFERS]


def _needs_another(library: Library, figure: Figure) -> Unclear:
    name = figure.short or figure.label
    if alike := comparable(library, figure)[:_OFFERS]:
        return Unclear(f"Compare “{name}” with what?", (_offer((figure, each)) for each in alike), "With what?")
    return Unclear(f"Nothing here can be compared with “{name}”.", (HELP,), "Nothing alike")


def _offer(pair: tuple[Figure, Figure]) -> Offer:
    first, second = pair
    names = f"{first.short or first.label} / {second.short or second.label}"
    return Offer(names[:75], compare_action(first.id, second.id))
