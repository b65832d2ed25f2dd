"""`python -m benchmarks [part …]`: prints every line; exits with 1 where a budget is broken."""

import sys

from benchmarks import charts, content, digests, discord, fanout, news, outbox, quizzes, slack, web

PARTS = {
    "content": content.rows,
    "web": web.rows,
    "charts": charts.rows,
    "discord": discord.rows,
    "slack": slack.rows,
    "outbox": outbox.rows,
    "fanout": fanout.rows,
    "digests": digests.rows,
    "quizzes": quizzes.rows,
    "news": news.rows,
}


def main() -> int:
    """Run the named parts, or all."""
    wanted = sys.argv[1:] or list(PARTS)
    is_good = True
    for name in wanted:
        print(f"== {name}")
        for row in PARTS[name]():
            print(row, flush=True)
            is_good = is_good and row.is_within
    return 0 if is_good else 1


if __name__ == "__main__":
    sys.exit(main())
