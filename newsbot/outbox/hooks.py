"""What other parts hang on the outbox: values and callables that its worker asks at fixed moments."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Lateness:
    """Why an edition is late, as a label for people; `skipped` is why it is not posted at all, empty where it is."""

    label: str = ""
    skipped: str = ""
