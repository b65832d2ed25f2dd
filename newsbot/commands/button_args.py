"""What stands behind a button, read with care: an old message's button may name what is no longer there."""

from newsbot.commands.answers import Unclear
from newsbot.messages.requests import Click

DAMAGED = "This button is damaged. Ask again for a fresh one."


def arguments(click: Click, count: int) -> tuple[str, ...]:
    """The arguments behind a button. Raises Unclear where there are not `count` of them."""
    if len(click.action.arguments) != count:
        raise damaged_button()
    return click.action.arguments


def damaged_button() -> Unclear:
    """The error for a button whose token says nothing that newsbot knows."""
    return Unclear(DAMAGED, title="That button doesn't work")
