"""The errors of reading news.

NewsbotError
└── FeedError       a body cannot be read; the sentence says why
    ├── NotAFeed    it is no feed: a page, an error message, nothing at all
    └── BrokenFeed  it is meant to be a feed, and cannot be read as one
"""

from newsbot.errors import NewsbotError


class FeedError(NewsbotError):
    """The body of an answer cannot be read as a feed."""


class NotAFeed(FeedError):
    """The body has no format that newsbot knows: a page, an error message, nothing at all."""


class BrokenFeed(FeedError):
    """The body is meant to be a feed, but no entry can be read, or reading it takes too long."""
