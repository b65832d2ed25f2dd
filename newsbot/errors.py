"""The error tree. Each error carries the sentence a person may see and the exit code the shell gets.

NewsbotError
├── SettingsError          a setting is unknown or has a bad value
├── ContentError           content has mistakes, or none was found
├── StorageError
│   ├── StorageUnavailable the database cannot be reached, is locked or its disk is full
│   └── StorageVersionError the database was made by a newer newsbot
├── PostError              a platform did not take a message
│   ├── PostRefused        it will not, until somebody changes something
│   ├── PostLater          not now: nothing was stored, a later attempt may work
│   └── PostUnclear        it may or may not stand there
├── PlatformRefused        a platform does not let newsbot in: a token or an app's setting is wrong
└── RequestError           what a person asked for cannot be done (zones add UnknownZone)
    └── TokenError         a button's token is damaged or of an unknown version
"""

from typing import Literal

Scope = Literal["place", "message", "workspace", "app", "unknown"]


class NewsbotError(Exception):
    """The root. `str(error)` is a plain sentence that a person may see; it holds no secret."""

    exit_code = 1


class SettingsError(NewsbotError):
    """A setting is unknown or has a bad value; the sentence names file, line, key and what is allowed."""

    exit_code = 2


class ContentError(NewsbotError):
    """Content has mistakes, or there is none to read."""

    exit_code = 1


class StorageError(NewsbotError):
    """The database did not do what was asked."""

    exit_code = 3


class StorageUnavailable(StorageError):
    """The database cannot be reached, is locked, or its disk is full; trying again later may help."""


class StorageVersionError(StorageError):
    """The database was made by a newer newsbot than this one."""


class PostError(NewsbotError):
    """A platform did not take a message."""


class PostRefused(PostError):
    """A platform will not take the message until somebody changes something.

    `fix` is that one change ("Allow Attach Files in #ai-news."); empty where nobody there can change it. `scope` is
    what is refused: everything in that place, this one message, a whole workspace until newsbot is installed in it
    again, or all that newsbot does anywhere ("app"). Where nobody can tell ("unknown"), it is tried again for a day,
    since most of what no list names passes.
    """

    def __init__(self, sentence: str, fix: str = "", scope: Scope = "place") -> None:
        super().__init__(sentence)
        self.fix = fix
        self.scope = scope


class PostLater(PostError):
    """A platform does not take the message now. Nothing was stored; `after` is in seconds, None where it said none."""

    def __init__(self, sentence: str, after: float | None = None) -> None:
        super().__init__(sentence)
        self.after = after


class PostUnclear(PostError):
    """It may or may not stand there, or a part of it does. `after` is how many seconds to wait, None where unsaid."""

    def __init__(self, sentence: str, after: float | None = None) -> None:
        super().__init__(sentence)
        self.after = after


class PlatformRefused(NewsbotError):
    """A platform does not let newsbot in; the sentence names the token or setting to mend."""

    exit_code = 2


class RequestError(NewsbotError):
    """What a person asked for cannot be done; the sentence says why."""


class TokenError(RequestError):
    """A button's token is damaged or of a version this newsbot does not know."""
