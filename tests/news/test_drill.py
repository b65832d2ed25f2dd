"""The drill of news in short: the same hosts, workers, kills and count as `make drill`."""

from random import Random

from drills.news.day import SHORT, STEPS, NewsAccount, day
from drills.news.faults import hosts


async def test_a_day_of_a_hundred_faults_and_a_kill_at_each_step_loses_and_doubles_nothing(empty_url: str) -> None:
    account = NewsAccount()
    await day(empty_url, account, SHORT, Random(5))
    assert account.to_json()["troubles"] == []
    assert account.kills.keys() == set(STEPS)
    assert account.items > 4 * 45


def test_each_fault_has_a_host_and_there_are_a_hundred() -> None:
    found = hosts()
    assert len({host.id for host in found}) == len(found) == 100
    assert {host.ends for host in found} >= {
        *("ok", "empty", "possible gap", "burst held", "moved", "not a feed", "broken feed", "blocked"),
        *("rate limited", "unreachable", "refused", "gone", "silent company"),
    }
