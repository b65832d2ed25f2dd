"""What every command of the quiz begins with: the quiz itself, a channel to play in, numbers behind buttons."""

from newsbot.commands.answers import Unclear
from newsbot.commands.button_args import damaged_button
from newsbot.commands.registry import Context
from newsbot.commands.services import Quizzes
from newsbot.messages.requests import Place

_LARGEST = 2**31 - 1


def service(context: Context) -> Quizzes:
    """The quiz. Raises Unclear where this newsbot has none."""
    if context.quizzes is None:
        raise Unclear("This command answers one line and stores nothing. Start newsbot run to play.", (), "Not here")
    return context.quizzes


def channel_of(where: Place) -> Place:
    """The place something was asked in. Raises Unclear where that is no channel, as in Slack's Home tab."""
    if not where.channel:
        raise Unclear("A quiz is played in a channel. Start it there.", (), "Which channel?")
    return where


def whole(written: str) -> int:
    """A number behind a button. Raises Unclear where it is none that newsbot ever wrote."""
    if not (written.isascii() and written.isdecimal()) or len(written) > len(str(_LARGEST)) or int(written) > _LARGEST:
        raise damaged_button()
    return int(written)
