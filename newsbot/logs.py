"""The log: plain lines or JSON on standard error, so that answers on standard output stay clean."""

import json
import logging
import sys
from datetime import UTC, datetime


class JsonFormatter(logging.Formatter):
    """One JSON object a line: time (UTC, ISO 8601), level, logger, message, and the traceback where there is one."""

    def format(self, record: logging.LogRecord) -> str:
        """The record as one line."""
        shown = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        if record.exc_info:
            shown["traceback"] = self.formatException(record.exc_info)
        return json.dumps(shown, ensure_ascii=False)


def set_up(level: str, style: str) -> None:
    """Send everything from `level` on to standard error, in `style` "text" or "json"."""
    handler = logging.StreamHandler(sys.stderr)
    plain = logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s", "%H:%M:%S")
    handler.setFormatter(JsonFormatter() if style == "json" else plain)
    logging.basicConfig(level=level.upper(), handlers=[handler], force=True)
    # Other people's libraries tell their steps at this level; ours are the ones to read.
    for chatty in ("alembic", "apscheduler", "watchfiles", "asyncio"):
        logging.getLogger(chatty).setLevel(max(logging.WARNING, logging.getLogger().level))
    # Below this level discord.py prints whole events and requests, with the tokens in them.
    for telling in ("discord.gateway", "discord.http", "discord.webhook.async_"):
        logging.getLogger(telling).setLevel(max(logging.INFO, logging.getLogger().level))
    for reconnecting in ("discord.client", "discord.shard"):
        logging.getLogger(reconnecting).addFilter(_without_traceback)


def _without_traceback(record: logging.LogRecord) -> bool:
    """A connection that broke is a line, not a traceback: discord.py connects again by itself."""
    if "reconnect" in record.getMessage() or "Retrying" in record.getMessage():
        cause = record.exc_info[1] if record.exc_info else None
        record.msg, record.args = f"{record.getMessage()}{f' ({cause!r})' if cause else ''}", ()
        record.levelno, record.levelname = logging.WARNING, "WARNING"
        record.exc_info = record.exc_text = None
    return True
