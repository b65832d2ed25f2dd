"""The errors of fetching.

NewsbotError
└── FetchError           there is no answer to work with
    ├── Unreachable      the host cannot be reached, or broke off; a later try may work
    ├── FetchRefused     newsbot will not fetch this address: it, or what it leads to, has to change first
    └── Undecodable      the answer's body cannot be decoded
"""

from newsbot.errors import NewsbotError


class FetchError(NewsbotError):
    """There is no answer to work with. `fix` is the one thing to do about it."""

    def __init__(self, sentence: str, fix: str = "") -> None:
        super().__init__(sentence)
        self.fix = fix


class Unreachable(FetchError):
    """The host cannot be reached, or broke off."""


class FetchRefused(FetchError):
    """newsbot will not fetch this address."""


class Undecodable(FetchError):
    """The answer's body cannot be decoded."""
