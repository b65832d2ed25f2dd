"""Pictures on disk: one file a picture, named by its content, never half written. Every call blocks: use a thread."""

import contextlib
import logging
import os
import struct
import tempfile
import zlib
from collections.abc import Iterable
from pathlib import Path

log = logging.getLogger(__name__)

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_LENGTH_AND_NAME = struct.Struct(">I4s")
_SUM = struct.Struct(">I")
_SPARE = 200  # unused pictures to keep: another process may show an older or newer content


class PictureCache:
    """PNG files in one folder, which is made when the first is written."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._complained = False

    def path(self, key: str) -> Path:
        """Where the picture of `key` is, or would be."""
        return self._folder / f"{key}.png"

    def read(self, key: str) -> bytes | None:
        """The picture; None where there is none, or only a damaged one."""
        try:
            data = self.path(key).read_bytes()
        except OSError:
            return None
        return data if is_whole(data) else None

    def write(self, key: str, picture: bytes) -> None:
        """Keep the picture. Where the disk does not let us, say so once and go on without."""
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            handle, name = tempfile.mkstemp(dir=self._folder, suffix=".tmp")
            with os.fdopen(handle, "wb") as file:
                file.write(picture)
            os.replace(name, self.path(key))
        except OSError as error:
            if not self._complained:
                self._complained = True
                log.warning(
                    "charts cannot be kept in %s, so each is drawn again when asked for: %s", self._folder, error
                )

    def missing(self, keys: Iterable[str]) -> set[str]:
        """Which of `keys` have no file."""
        return {key for key in keys if not self.path(key).exists()}

    def prune(self, used: set[str]) -> int:
        """Delete all but the newest unused files, and whatever a crash left half written; how many they were."""
        unused = [path for path in self._files() if path.suffix == ".tmp" or path.stem not in used]
        old = sorted(unused, key=_changed, reverse=True)[_SPARE:]
        for path in old:
            with contextlib.suppress(OSError):
                path.unlink()
        return len(old)

    def _files(self) -> list[Path]:
        try:
            return [path for path in self._folder.iterdir() if path.suffix in (".png", ".tmp")]
        except OSError:
            return []


def _changed(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except OSError:  # another process deleted it first
        return 0.0


def is_whole(data: bytes) -> bool:
    """Whether `data` is a PNG from its signature to its end, each part with the sum that it carries."""
    if not data.startswith(_SIGNATURE):
        return False
    at = len(_SIGNATURE)
    while at + _LENGTH_AND_NAME.size <= len(data):
        length: int
        length, name = _LENGTH_AND_NAME.unpack_from(data, at)
        end = at + _LENGTH_AND_NAME.size + length
        if end + _SUM.size > len(data) or zlib.crc32(data[at + 4 : end]) != _SUM.unpack_from(data, end)[0]:
            return False
        at = end + _SUM.size
        if name == b"IEND":
            return at == len(data)
    return False
