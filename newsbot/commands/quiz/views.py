"""What there is to see: the question of the day, the leaderboard, one's own figures."""

from newsbot.commands.forms import WrongValues
from newsbot.commands.quiz.lookup import channel_of, service
from newsbot.commands.quiz.values import choice_value
from newsbot.commands.registry import Context, Option
from newsbot.messages.cards import Reply
from newsbot.messages.requests import Ask
from newsbot.quizzes.cards.score_cards import leaderboard_card, me_card
from newsbot.quizzes.rules.boards import Period, Scope

PERIOD = Option(
    "period",
    "choice",
    "Points from when",
    choices=(("This week", "week"), ("This month", "month"), ("All time", "all")),
    tells=True,
    synonyms=(("weekly", "week"), ("monthly", "month"), ("ever", "all")),
)
SCOPE = Option(
    "scope",
    "choice",
    "Points from where",
    choices=(("In this channel", "channel"), ("In the whole server or workspace", "server")),
    tells=True,
    synonyms=(("workspace", "server"), ("guild", "server")),
)
_PERIODS: dict[str | None, Period] = {"week": "week", "month": "month", "all": "all"}
_SCOPES: dict[str | None, Scope] = {"channel": "channel", "server": "server"}
_SERVERS = {"slack": "workspace"}  # what a platform calls what its channels are in


async def daily(context: Context, ask: Ask) -> Reply:
    """The question of the day of this channel, for everybody."""
    return Reply(await service(context).daily(channel_of(ask.where), ask.who))


async def leaderboard(context: Context, ask: Ask) -> Reply:
    """Who stands where, for everybody."""
    quizzes, where = service(context), channel_of(ask.where)
    period = _PERIODS.get(choice_value(PERIOD, ask.options.get("period") or "week"))
    scope = _SCOPES.get(choice_value(SCOPE, ask.options.get("scope") or "channel"))
    wrong = {} if period else {"period": "The time span is week, month or all."}
    wrong |= {} if scope else {"scope": "Choose this channel or the server."}
    if period is None or scope is None:
        raise WrongValues(wrong)
    found = await quizzes.board(where, period, scope)
    server = _SERVERS.get(where.platform, "server")
    return Reply(leaderboard_card(found.standing, found.people, period, scope, server))


async def me(context: Context, ask: Ask) -> Reply:
    """The asker's own figures."""
    found = await service(context).me(ask.who, ask.where)
    return Reply(me_card(found.score, found.streak, found.is_hidden, found.zone), private=True)
