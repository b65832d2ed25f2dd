"""Every module of commands, and what their buttons do."""

from collections.abc import Awaitable, Callable, Mapping
from types import ModuleType

from newsbot.commands import forms
from newsbot.commands.builtin import about, ask, briefs, compare, events, figures, self_check, settings, sources
from newsbot.commands.digest import buttons as digest_buttons
from newsbot.commands.digest import handlers as digests
from newsbot.commands.quiz import buttons as quiz_buttons
from newsbot.commands.quiz import handlers as quizzes
from newsbot.commands.registry import Context
from newsbot.messages.cards import Reply
from newsbot.messages.forms import Form
from newsbot.messages.requests import Click

Clicker = Callable[[Context, Click], Awaitable[Reply | Form]]

# In the order of the overview: the first with subcommands are topics, which first words to a server rely on.
COMMANDS: tuple[ModuleType, ...] = (briefs, figures, compare, events, ask, sources, digests, quizzes, settings, about)
_CLICKS: tuple[ModuleType, ...] = (briefs, events, figures, forms, self_check, sources, digest_buttons, quiz_buttons)
CLICKS: Mapping[str, Clicker] = {name: clicker for module in _CLICKS for name, clicker in module.CLICKS.items()}
# Buttons that change something: an event that comes twice is handled once.
EFFECTS = digest_buttons.EFFECTS | quiz_buttons.EFFECTS
