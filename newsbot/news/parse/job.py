"""What the parsing process does: the bytes of a body in, the bytes of a feed or of an error out."""

from newsbot.news.errors import FeedError
from newsbot.news.parse.encoding import decode_job, encode_error, encode_feed
from newsbot.news.parse.read import read_feed


def parse(job: bytes) -> bytes:
    """The result of a job that `encode_job` wrote."""
    body, wanted = decode_job(job)
    try:
        return encode_feed(read_feed(body, wanted))
    except FeedError as error:
        return encode_error(error)
