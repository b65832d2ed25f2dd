"""Decodes the body of an answer piece by piece, so that a few bytes cannot stand for gigabytes."""

import zlib
from collections.abc import Iterator

from newsbot.news.fetch.errors import FetchRefused, Undecodable

_STEP = 65_536  # bytes that are decoded at a time
_BROKEN = "The answer's compression is broken."


class BodyDecoder:
    """Decodes one body of `identity`, `gzip` or `deflate`, up to a number of bytes."""

    def __init__(self, encoding: str, most_bytes: int) -> None:
        """Raises Undecodable for an encoding that newsbot did not ask for."""
        self._encoding = encoding.strip().lower() or "identity"
        if self._encoding not in {"identity", "gzip", "x-gzip", "deflate"}:
            raise Undecodable(f"The answer is encoded as {self._encoding[:20]!r}, which newsbot did not ask for.")
        self._most = most_bytes
        self._body = bytearray()
        self._stream = None if self._encoding == "identity" else zlib.decompressobj(zlib.MAX_WBITS | 32)
        self._is_started = False

    def feed(self, data: bytes) -> Iterator[None]:
        """Take the next bytes, one step of work for each time the iterator is asked.

        Raises FetchRefused where the body is too large, Undecodable where it is no such encoding.
        """
        if self._stream is None:
            self._add(data)
            yield
            return
        if not self._is_started and data:
            self._begin(data[0])
        while data:
            if self._stream.eof:
                if not self._encoding.endswith("gzip"):
                    return
                self._stream = zlib.decompressobj(zlib.MAX_WBITS | 32)  # gzip may be several members in a row
            try:
                self._add(self._stream.decompress(data, _STEP))
            except zlib.error:
                raise Undecodable(_BROKEN) from None
            data = self._stream.unconsumed_tail or self._stream.unused_data
            yield

    def finish(self) -> bytes:
        """The whole body. Raises Undecodable where its end is missing."""
        if self._stream is not None and self._is_started and not self._stream.eof:
            raise Undecodable("The compressed answer ends in the middle.")
        return bytes(self._body)

    def _begin(self, first: int) -> None:
        self._is_started = True
        # Some servers send bare deflate, though the name means the format of zlib.
        if self._encoding == "deflate" and first & 0x0F != zlib.DEFLATED:
            self._stream = zlib.decompressobj(-zlib.MAX_WBITS)

    def _add(self, data: bytes) -> None:
        self._body += data
        if len(self._body) > self._most:
            raise FetchRefused(
                f"The answer is larger than {self._most / 1_000_000:g} MB.", "Look for a smaller feed of this source."
            )
