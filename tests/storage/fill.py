"""A database after months: a hundred thousand rows in each table that grows, of which few are still to be done."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection, text

ROWS = 100_000
OPEN = 300  # the newest deliveries: of them 200 open, 100 in trouble
PLAYED = 60  # the newest games
SERVERS = 1_000  # each with a hundredth of a percent of the results, and five channels
START = datetime(2026, 1, 1, tzinfo=UTC)
NOW = START + timedelta(minutes=ROWS)

LARGE = frozenset(
    (
        *("handled_events", "place_settings", "web_messages", "editions", "subscriptions", "digest_histories"),
        *("incidents", "deliveries", "quiz_games", "quiz_answers", "quiz_votes", "quiz_results", "quiz_asked"),
        *("quiz_dailies", "quiz_channels", "quiz_closings", "pressed_messages"),
        *("news_identities", "news_aliases", "news_items", "news_revisions"),
    )
)

_NUMBERS = f"WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {ROWS})"
_SERVER = f"'s' || (i % {SERVERS})"
_CHANNEL = f"'c' || (i % {SERVERS}) || '-' || (i % 5)"
_IS_OPEN = f"i > {ROWS - OPEN} AND i % 3 > 0"
_IS_TROUBLED = f"i > {ROWS - OPEN} AND i % 3 = 0"
_IS_PLAYED = f"i > {ROWS - PLAYED}"

# Table, columns, values; {at} is the instant of row i, and a name for each of many channels is 'c' || i.
_FILLS = (
    ("handled_events", "platform, event_id, handled_at", "'slack', 'e' || i, {at}"),
    ("place_settings", "platform, workspace, channel, name, value, changed_at, changed_by",
     f"'discord', {_SERVER}, 'c' || i, 'zone', 'UTC', {{at}}, 'u'"),
    ("web_messages",
     "id, change, channel, author_id, author_name, asked_by, seen_by, body, is_card, is_deleted, post_key, at",
     "i, i, 'general', 'u', 'U', '', '', 'words', {false}, {false}, 'k' || i, {at}"),
    ("editions", "id, body, content_version, made_at, why, daily", "i, '{{}}', 'v', {at}, '[]', ''"),
    ("subscriptions",
     "id, platform, workspace, channel, thread, number, at, zone, days, topics, when_empty, catch_up, mention, made_by,"
     "made_at, state, since, next_at, history, cursor, paused_reason, paused_fix, paused_by",
     f"i, 'discord', {_SERVER}, 'c' || i, '', 1, '09:00', 'UTC', 'daily', '', 'short', 'latest', '', 'u', {{at}},"
     f"'active', {{at}}, CASE WHEN i > {ROWS - 50} THEN {{at}} ELSE {{later}} END, 'h' || (i % 50000), {{day}},"
     "'', '', ''"),
    ("digest_histories", "id, shown", "'h' || i, '[]'"),
    ("deliveries",
     "id, key, edition_id, platform, workspace, channel, thread, state, due_at, retry_at, attempts, lease_by, reason,"
     "fix, settled_at, subscription, slot, mention, label, shard, priority",
     f"i, 'k' || i, i, 'discord', {_SERVER}, {_CHANNEL}, '', CASE WHEN {_IS_OPEN} THEN 'due' WHEN {_IS_TROUBLED} THEN"
     f" 'unknown' ELSE 'sent' END, {{at}}, {{at}}, 0, '', '', '', CASE WHEN {_IS_OPEN} THEN NULL ELSE {{at}} END,"
     "i % 1000, '', '', '', i % 5040, 0"),
    ("incidents", "delivery, subscription, platform, opened_at, closed_at",
     f"i, i % 1000, 'discord', {{at}}, CASE WHEN i = {ROWS - 1} THEN NULL ELSE {{at}} END"),
    ("quiz_games",
     "id, platform, workspace, channel, played_in, daily, phase, due_at, version, body, starter",
     f"i, 'discord', {_SERVER}, 'c' || i, 'c' || i, CASE WHEN i % 2 = 0 AND NOT ({_IS_PLAYED}) THEN 'd' || (i / 1000)"
     f" ELSE '' END, CASE WHEN {_IS_PLAYED} THEN 'asking' ELSE 'ended' END, CASE WHEN {_IS_PLAYED} THEN {{at}} END, 1,"
     f"'{{{{}}}}', CASE WHEN {_IS_PLAYED} THEN 'u' || i ELSE '' END"),
    ("quiz_answers", "game, number, person, name, choice, at, is_changed",
     "i, 0, 'u' || (i % 20000), 'U', 1, {at}, {false}"),
    ("quiz_votes", "game, number, person", "i, 0, 'u' || (i % 20000)"),
    ("quiz_results",
     "game, number, person, name, platform, workspace, channel, question, chosen, is_right, points, at",
     f"i, 0, 'u' || (i % 20000), 'U', 'discord', {_SERVER}, {_CHANNEL}, 'q' || (i % 500), 'x', {{true}}, 10, {{at}}"),
    ("quiz_asked", "platform, workspace, channel, question, at",
     f"'discord', {_SERVER}, {_CHANNEL}, 'q' || i, {{at}}"),
    ("quiz_dailies", "id, question, made_at", "'d' || i, '{{}}', {at}"),
    ("quiz_channels", "platform, workspace, channel, daily, before, delivery, since",
     f"'discord', {_SERVER}, 'c' || i, 'd' || (i / 1000), '', 'k' || i, {{at}}"),
    ("news_memories",
     "source, scope, baseline_at, taken_at, read_at, checked_at, polls, most_new, gaps, entries, body_hash,"
     "entries_hash",
     "'s' || i, 'feed:s' || i, {at}, {at}, {at}, {at}, 20, 3, 0, 30, 'b', 'e'"),
    ("news_identities", "id, source, first_seen, last_seen, dated", "i, 's' || (i % 300), {at}, {at}, {day}"),
    ("news_aliases", "scope, key, item, host, made_at",
     "'feed:s' || (i % 300), 'l:' || i, CASE WHEN i % 1000 = 0 THEN 0 ELSE i END, '', {at}"),
    ("news_items",
     "id, source, entry_id, link, title, summary, published, first_seen, arrival, form, labels, is_update, amends,"
     "revisions",
     "i, 's' || (i % 300), 'i' || i, 'https://lab.example/' || i, 'Title', 'Words', {at}, {at}, 'new', '', '[]',"
     "{false}, '', 1"),
    ("news_revisions", "item, number, title, at", "i, 1, 'Title', {at}"),
    ("quiz_closings", "delivery, daily, platform, workspace, channel, before, closes_at, tell_at",
     f"'k' || i, 'd' || (i / 1000), 'discord', {_SERVER}, 'c' || i, '', {{later}}, {{later}}"),
    ("pressed_messages", "platform, channel, message, at", "'discord', 'c' || i, 'm' || i, {at}"),
)  # fmt: skip

_SPELLINGS = {
    "sqlite": {
        "at": "strftime('%Y-%m-%d %H:%M:%S', '2026-01-01', '+' || i || ' minutes') || '.000000'",
        "later": "strftime('%Y-%m-%d %H:%M:%S', '2026-01-01', '+' || (100001 + i % 1440) || ' minutes') || '.000000'",
        "day": "'2026-01-01'",
        "true": "1",
        "false": "0",
    },
    "postgresql": {
        "at": "timestamptz '2026-01-01 00:00Z' + i * interval '1 minute'",
        "later": "timestamptz '2026-01-01 00:00Z' + (100001 + i % 1440) * interval '1 minute'",
        "day": "date '2026-01-01'",
        "true": "true",
        "false": "false",
    },
}


def fill(connection: Connection) -> None:
    """Fill the tables of a migrated, empty database."""
    spellings = _SPELLINGS[connection.dialect.name]
    for table, columns, values in _FILLS:
        # As literals with colons are no parameters, the driver gets the words as they are.
        connection.exec_driver_sql(
            f"INSERT INTO {table} ({columns}) {_NUMBERS} SELECT {values.format(**spellings)} FROM n"
        )

    if connection.dialect.name == "postgresql":
        for table in ("web_messages", "editions", "subscriptions", "deliveries", "quiz_games", "news_identities"):
            connection.exec_driver_sql(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), {ROWS})")


def analyze(connection: Connection) -> None:
    """Let the database look at how its tables are filled."""
    connection.execute(text("ANALYZE"))
