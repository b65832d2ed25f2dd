"""Cards about digests: what is set up, when it comes, and what to do with it."""

from collections.abc import Iterable, Iterator

from newsbot.commands.answers import run_action
from newsbot.commands.digest.formatting import CATCH_UP, WHEN_EMPTY, schedule, slot_words, topics_words, when
from newsbot.commands.digest.lookup import SET_UP
from newsbot.commands.forms import open_path
from newsbot.content.library import Library
from newsbot.messages.actions import Action
from newsbot.messages.cards import Block, Button, Buttons, Card, Text, Tone, text
from newsbot.messages.markup import Moment, Plain, Strong
from newsbot.schedule.clock import ClockChange, wall_time
from newsbot.schedule.phrases import is_monthly, parse_days
from newsbot.schedule.slots import Occurrence
from newsbot.schedule.timezones import zone_of
from newsbot.storage.records import Subscription

MANAGE, FIRST, LEAVE, END, AGAIN = (
    "digest.manage",
    "digest.first",
    "digest.leave",
    "digest.end",
    "digest.again",
)


def changed_card(
    title: str, of: Subscription, library: Library, following: tuple[Occurrence, ...], more: Iterable[Block] = ()
) -> Card:
    """What holds for a digest now that it was set up or changed, the next time, and what to do next."""
    blocks: list[Block] = [text(wishes(of, library)), *more, *next_lines("Next", of, following[:1])]
    buttons = (
        Button("Manage", Action(MANAGE, (str(of.number),))),
        _ask("Preview", "preview", of),
        Button("Post one now", Action(FIRST, (str(of.number),))),
    )
    return Card(title, (*blocks, Buttons(buttons)), "good")


def wishes(of: Subscription, library: Library) -> str:
    """What was chosen for a digest, in sentences."""
    about = topics_words(of.topics, library)
    sentences = [f"This channel gets a digest about {about}, {when(of)}.", WHEN_EMPTY[of.when_empty]]
    sentences.append(CATCH_UP[of.catch_up])
    if of.mention:
        kind = "user group" if of.place.platform == "slack" else "role"
        sentences.append(f"Each edition mentions a {kind}.")
    return " ".join(sentences)


def manage_card(of: Subscription, library: Library, following: tuple[Occurrence, ...], *, may_change: bool) -> Card:
    """One digest with everything that can be done with it."""
    pause = _ask("Resume", "resume", of, "primary") if of.state == "paused" else _ask("Pause", "pause", of)
    changing = (
        Button("Edit", _form("edit", of)),
        pause,
        Button("Post one now", Action(FIRST, (str(of.number),))),
        Button("Unsubscribe", Action(LEAVE, (str(of.number),)), "danger"),
    )
    looking = tuple(_ask(name.capitalize(), name, of) for name in ("preview", "next", "why", "log"))
    blocks: list[Block] = [
        text(wishes(of, library)),
        *state_lines(of),
        *next_lines("Next", of, following[:1]),
        Buttons(looking),
    ]
    if may_change:
        blocks += [Buttons(changing), *_less(of)]
    return Card(f"Digest {of.number}", tuple(blocks))


def _less(of: Subscription) -> Iterator[Block]:
    """Ways to a digest that comes less often, or tells less."""
    which = str(of.number)
    weekly = Button("Weekly instead", run_action(("digest", "edit"), {"which": which, "days": "weekly"}))
    news = Button("Only with news", run_action(("digest", "edit"), {"which": which, "quiet": "skip"}))
    fewer = {"which": which, "topics": ", ".join(of.topics) or "all"}
    is_often = len(parse_days(of.days)) > 1 and not is_monthly(of.days)
    ways = (*([weekly] if is_often else []), *([news] if of.when_empty != "skip" else []))
    yield text("Less of this", "small")
    yield Buttons((*ways, Button("Fewer topics", open_path("digest/edit", fewer))))


def list_card(each: tuple[Subscription, ...], library: Library, following: dict[int, tuple[Occurrence, ...]]) -> Card:
    """The digests of a channel, each in a line, and a way to manage each."""
    lines = [_line(of, library, following[of.id]) for of in each]
    manage = [Button(f"Manage {of.number}", Action(MANAGE, (str(of.number),))) for of in each]
    doctor = Button("Check this channel", run_action(("digest", "doctor")))
    buttons = Buttons((*manage, Button("Set up another", SET_UP.action), doctor))
    return Card("Digests of this channel", (*lines, buttons))


def none_card() -> Card:
    """What to do in a channel without a digest."""
    said = (
        "This channel has no digest yet. A digest brings what happened on the AI market, at a time you choose: the "
        "news with figures and sources, a chart, a brief worth reading, and a question."
    )
    how = "One command sets it up: /digest subscribe 9:00 Berlin weekdays. Or fill in the form."
    return Card("No digest here", (text(said), text(how), Buttons((Button(SET_UP.label, SET_UP.action, "primary"),))))


def next_card(of: Subscription, following: tuple[Occurrence, ...], changes: tuple[ClockChange, ...]) -> Card:
    """The next times, each in the reader's own zone and by the clock of the digest, with every clock change between."""
    if not following:
        blocks: list[Block] = [text("Nothing is posted while the digest is paused.")]
        blocks += state_lines(of) if not of.paused_by else ()
        return Card("No next time", (*blocks, Buttons((_ask("Resume", "resume", of, "primary"),))), "warning")
    warnings = [text(f"Note: {change.sentence(of.zone)}") for change in changes]
    tone: Tone = "warning" if warnings else "neutral"
    lines = next_lines("", of, following)
    title = f"When digest {of.number} comes next"
    return Card(title, (text(f"It comes {when(of)}."), *lines, *warnings), tone)


def paused_card(of: Subscription, library: Library) -> Card:
    """That a digest is paused."""
    said = f"{schedule(of, library)}: nothing is posted until it's resumed, and missed editions aren't posted later."
    return Card(
        f"Digest {of.number} is paused", (text(said), Buttons((_ask("Resume", "resume", of, "primary"),))), "good"
    )


def made_weekly_card(of: Subscription, library: Library) -> Card:
    """That a digest comes once a week from now on."""
    return Card("Once a week", (text(f"{schedule(of, library)}."),), "good")


def leave_card(of: Subscription, library: Library) -> Card:
    """The question whether a digest is to end."""
    said = f"{schedule(of, library)}. Nothing more will be posted, and earlier posts stay. Pausing keeps the digest."
    pause = _ask("Pause instead", "pause", of)
    end = Button("Yes, end it", Action(END, (str(of.number),)), "danger")
    return Card(f"End digest {of.number}?", (text(said), Buttons((end, *(() if of.state == "paused" else (pause,))))))


def ended_card(of: Subscription, library: Library) -> Card:
    """That a digest ended, with the way to have it back."""
    presets = {"time": f"{of.at:%H%M}", "zone": of.zone, "days": of.days, "topics": ",".join(of.topics) or "all"}
    again = Button("Set it up again", open_path("digest/subscribe", presets))
    said = f"{schedule(of, library)}: nothing more will be posted. Earlier posts stay."
    return Card(f"Digest {of.number} ended", (text(said), Buttons((again,))), "good")


def left_out_lines(of: Subscription, lost: tuple[Occurrence, ...]) -> Iterator[Block]:
    """What a change of the time leaves out: a day is never left out in silence."""
    for found in lost:
        words = slot_words(found.slot, of.zone)
        yield text(f"There's no edition on {words}: that time has already passed. It's logged as skipped.")


def state_lines(of: Subscription) -> Iterator[Block]:
    """That a digest is paused, why, and what to change; nothing where it is not."""
    if of.state != "paused":
        return
    why = f"Paused by newsbot: {of.paused_reason}" if not of.paused_by else "Paused."
    yield text(" ".join(part for part in (why.rstrip(".") + ".", of.paused_fix) if part))


def next_lines(lead: str, of: Subscription, following: tuple[Occurrence, ...]) -> Iterator[Block]:
    """Each time as a moment, which platforms show in the reader's own zone, and by the clock of the digest."""
    for found in following:
        start = (Plain(f"{lead}: "),) if lead else ()
        yield Text((*start, Moment(found.instant), Plain(f" ({slot_words(found.slot, of.zone)}{_oddly(of, found)})")))


def _oddly(of: Subscription, found: Occurrence) -> str:
    """What clocks do to a slot, in words."""
    match found.clock:
        case "gap":
            at = wall_time(found.instant, zone_of(of.zone))
            return f"; clocks skip that time, so it comes at {at:%H:%M}"
        case "overlap":
            return "; clocks show that time twice, so it comes the first time"
    return ""


def _line(of: Subscription, library: Library, following: tuple[Occurrence, ...]) -> Text:
    """A digest in one line."""
    start = (Strong(f"{of.number}"), Plain(f"  {schedule(of, library)}. "))
    if of.state == "paused":
        return Text((*start, Plain(f"Paused{f': {reason}' if (reason := of.paused_reason.rstrip('.')) else ''}.")))
    return Text((*start, Plain("Next: "), Moment(following[0].instant)) if following else start)


def _ask(label: str, name: str, of: Subscription, style: str = "normal") -> Button:
    action = run_action(("digest", name), {"which": str(of.number)})
    return Button(label, action, "primary" if style == "primary" else "normal")


def _form(name: str, of: Subscription) -> Action:
    return open_path(f"digest/{name}", {"which": str(of.number)})
