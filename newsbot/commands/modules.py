"""Every module of commands, and what their buttons do."""

from collections.abc import Mapping
from types import ModuleType

from newsbot.commands import forms
from newsbot.commands.builtin import (
    about,
    ask,
    briefs,
    check,
    compare,
    events,
    figures,
    report,
    self_check,
    settings,
    sources,
    views,
)
from newsbot.commands.digest import buttons as digest_buttons
from newsbot.commands.digest import first as first_digest
from newsbot.commands.digest import handlers as digests
from newsbot.commands.news import handlers as news
from newsbot.commands.quiz import buttons as quiz_buttons
from newsbot.commands.quiz import handlers as quizzes
from newsbot.commands.registry import ButtonHandler

# In the order of the overview: the first with subcommands are topics, which first words to a server rely on.
COMMANDS: tuple[ModuleType, ...] = (
    briefs,
    figures,
    compare,
    events,
    ask,
    check,
    sources,
    report,
    digests,
    quizzes,
    news,
    settings,
    about,
)
_WITH_BUTTONS: tuple[ModuleType, ...] = (
    *(briefs, check, events, figures, forms, report, self_check, sources, views),
    *(digest_buttons, first_digest, quiz_buttons),
)
BUTTONS: Mapping[str, ButtonHandler] = {
    name: handler for module in _WITH_BUTTONS for name, handler in module.BUTTONS.items()
}
