"""What other parts hang on the outbox: callables that its worker calls at fixed moments, and the values they trade."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass

from newsbot.messages.cards import Block
from newsbot.storage.records import Delivery
from newsbot.storage.transaction import Transaction


@dataclass(frozen=True, slots=True)
class Lateness:
    """Why a message is late, as a label for people, empty where it is not.

    `skipped` is why it is not posted at all, empty where it is.
    """

    label: str = ""
    skipped: str = ""


# What to put into messages that are about to leave. Each comes with its anchor: an opaque word that was stored with its
# edition, and that controls in it carry as an argument; the blocks go below these controls. A digest without one is
# asked for as well, with an empty anchor: there they go to its end. Returns
# blocks by the id of the delivery, for those that get any; the same ones when a delivery leaves again. Raises
# StorageError, and then nothing was done.
BeforeSend = Callable[[Sequence[tuple[Delivery, str]]], Awaitable[Mapping[int, tuple[Block, ...]]]]

# Whether a message is still wanted at the moment at which it leaves. Called for every one.
DecideLate = Callable[[Delivery], Awaitable[Lateness]]

# A place takes no message until somebody changes something: the delivery, the reason and the fix. Called in the
# transaction in which that is stored. The worker takes a second one for a workspace that takes none anywhere.
OnRefused = Callable[[Transaction, Delivery, str, str], None]
