"""Cards that tell the truth about digests: why the last edition was as it was, what was delivered, what may be done."""

from datetime import datetime

from newsbot.commands.answers import run_action
from newsbot.commands.digest.cards import AGAIN, next_lines, state_lines
from newsbot.commands.digest.formatting import topics_words, when
from newsbot.content.library import Library
from newsbot.digests.composer.values import Stage
from newsbot.digests.values import DeliveryReasons
from newsbot.messages.actions import Action
from newsbot.messages.cards import Block, Button, Buttons, Card, Fact, Facts, Text, text
from newsbot.messages.markup import Inline, Moment, Plain, Strong
from newsbot.messages.platform import Capabilities
from newsbot.schedule.catchup import ON_TIME
from newsbot.schedule.clock import duration_words
from newsbot.schedule.slots import Occurrence
from newsbot.storage.records import Delivery, Subscription

_MOST_STAGES = 6  # of one outcome: with long titles three times this fits one message of Discord
_LONGEST = 120
_STATES = {
    "due": "is waiting to be posted",
    "leased": "is being posted",
    "sending": "is being posted",
    "sent": "was posted",
    "unknown": "may or may not have been posted",
    "failed": "couldn't be posted",
    "skipped": "was not posted",
}
_OUTCOMES = (("chosen", "Chosen"), ("merged", "Merged"), ("left out", "Left out"))
_CAN_SEND_AGAIN = frozenset({"unknown", "failed"})


def why_card(of: Subscription, why: DeliveryReasons | None) -> Card:
    """How the last edition came to be: on time or late, what was chosen, merged and left out, and the reasons."""
    title = f"Why digest {of.number} looked like this last time"
    if why is None:
        return Card(title, (text("Nothing has been posted yet."), *state_lines(of)))
    blocks: list[Block] = [delivery_line(why.delivery)]
    if said := _punctuality(why.delivery):
        blocks.append(text(said))
    for outcome, heading in _OUTCOMES:
        stages = [stage for stage in why.stages if stage.outcome == outcome]
        if stages:
            blocks.append(_stages(heading, stages))
    return Card(title, tuple(blocks))


def _punctuality(delivery: Delivery) -> str:
    """Whether it came at its time; empty where it did not come, or its line says why it was late."""
    if delivery.state != "sent" or delivery.settled_at is None or delivery.label:
        return ""
    late = delivery.settled_at - delivery.due_at
    return "It was on time." if late < ON_TIME else f"It was posted {duration_words(late)} after its time."


def _sentence(words: str) -> str:
    """The same with a capital letter."""
    return words[:1].upper() + words[1:]


def _stages(heading: str, stages: list[Stage]) -> Facts:
    told = [
        Fact(
            _short(_sentence(f"{stage.section}: {stage.what}" if stage.what else stage.section)),
            "",
            (_short(_sentence(stage.reason)),),
        )
        for stage in stages[:_MOST_STAGES]
    ]
    if len(stages) > _MOST_STAGES:
        told.append(Fact(f"and {len(stages) - _MOST_STAGES} more", ""))
    return Facts(heading, tuple(told))


def _short(words: str) -> str:
    return words if len(words) <= _LONGEST else f"{words[: _LONGEST - 1].rstrip()}…"


def log_card(of: Subscription, deliveries: tuple[Delivery, ...]) -> Card:
    """The last deliveries with their states, and a button to send again what is unknown or failed."""
    title = f"Delivery log of digest {of.number}"
    if not deliveries:
        return Card(title, (text("Nothing has been due yet."), *state_lines(of)))
    again = tuple(
        Button(_again_label(each), Action(AGAIN, (str(of.number), str(each.id))))
        for each in deliveries
        if each.state in _CAN_SEND_AGAIN
    )
    lines = tuple(delivery_line(each) for each in deliveries)
    return Card(title, (*lines, *([Buttons(again)] if again else [])))


def _again_label(delivery: Delivery) -> str:
    return "Send it again" if delivery.slot == "now" else f"Send {_slot(delivery)} again"


def delivery_line(delivery: Delivery) -> Text:
    """One delivery: its slot, what became of it and when, and why."""
    at = delivery.settled_at if delivery.state == "sent" else delivery.due_at
    lines: list[Inline] = [Strong(_slot(delivery)), Plain(f" {_STATES[delivery.state]}")]
    if at is not None:
        lines += [Plain(" " if delivery.state == "sent" else ", due "), Moment(at)]
    # The fix stays whole, whatever else there is to say.
    told = [_short(part.strip().rstrip(".")) for part in (delivery.label, _reason(delivery))]
    about = ". ".join(part for part in (*told, delivery.fix.strip().rstrip(".")) if part)
    return Text((*lines, Plain(f": {about}." if about else ".")))


def _reason(delivery: Delivery) -> str:
    return delivery.reason.removeprefix("skipped: ")


def _slot(delivery: Delivery) -> str:
    """The slot in words, as the clock of the digest has it: "23 November 2026, 06:00"."""
    if delivery.slot == "now":
        return "An edition on request"
    try:
        slot = datetime.fromisoformat(delivery.slot)
    except ValueError:  # an older newsbot wrote it
        return delivery.slot
    return f"{slot.day} {slot:%B %Y, %H:%M}"


def doctor_card(
    each: tuple[Subscription, ...],
    library: Library,
    abilities: Capabilities,
    following: dict[int, tuple[Occurrence, ...]],
    tested: str | None,
) -> Card:
    """What newsbot may do in a channel, the one fix, and how each digest is.

    `tested` is what a test post found wrong, empty where nothing, None where none was made.
    """
    is_well = abilities.post and not abilities.fix and not tested
    blocks: list[Block] = [_abilities(abilities)]
    if abilities.fix:
        blocks.append(Text((Strong("To mend it: "), Plain(abilities.fix))))
    if tested is not None:
        blocks.append(
            text(f"The test message failed: {tested}" if tested else "A test message was posted and deleted again.")
        )
    for of in each:
        about = topics_words(of.topics, library)
        blocks.append(Text((Strong(f"Digest {of.number}"), Plain(f" about {about}, {when(of)}."))))
        blocks += [*state_lines(of), *next_lines("Next", of, following[of.id][:1])]
    if not each:
        blocks.append(text("This channel has no digest."))
    if tested is None and abilities.post:
        blocks.append(Buttons((Button("Post a test message", run_action(("digest", "doctor"), {"post": "yes"})),)))
    title = "All good here" if is_well else "Something needs fixing here"
    return Card(title, tuple(blocks), "good" if is_well else "warning")


def _abilities(abilities: Capabilities) -> Facts:
    said = (
        ("Post digests", abilities.post),
        ("Show charts as pictures", abilities.pictures),
        ("Edit what it posted", abilities.edit),
        ("Put the rest of a long digest into a thread", abilities.threads),
    )
    return Facts("What newsbot can do in this channel", tuple(Fact(what, "yes" if may else "no") for what, may in said))
