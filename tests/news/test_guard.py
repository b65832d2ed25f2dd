"""newsbot connects to the public internet and to nothing else, whatever form an address has or name it comes by."""

import socket

import pytest

from newsbot.news.fetch.errors import FetchRefused, Unreachable
from newsbot.news.fetch.fetcher import Fetcher
from newsbot.news.fetch.guard import is_public
from newsbot.news.fetch.network import Network
from newsbot.news.fetch.values import FetchRequest
from tests.news.web import Web, loopback_web, redirect, reply

NOT_PUBLIC = (
    *("127.0.0.1", "127.255.255.254", "0.0.0.0", "0.1.2.3"),
    *("10.0.0.1", "10.255.255.255", "172.16.0.1", "172.31.255.255", "192.168.0.1", "192.168.255.255"),
    *("169.254.0.1", "169.254.169.254", "169.254.170.2", "168.63.129.16", "100.100.100.200", "192.0.0.192"),
    *("100.64.0.1", "100.127.255.255", "192.0.2.1", "198.51.100.1", "203.0.113.1", "198.18.0.1", "198.19.255.255"),
    *("224.0.0.1", "239.255.255.255", "240.0.0.1", "255.255.255.255", "192.88.99.1"),
    *("::1", "::", "fe80::1", "fe80::1%eth0", "febf::1", "fc00::1", "fdff:ffff::1", "fd00:ec2::254", "fec0::1"),
    *("ff02::1", "ff0e::1", "2001:db8::1", "3fff::1", "100::1", "5f00::1", "4000::1", "2001::1", "2001:10::1"),
    # An IPv4 address within an IPv6 one: mapped, compatible, 6to4, NAT64, Teredo.
    *("::ffff:127.0.0.1", "::ffff:a00:1", "::ffff:169.254.169.254", "::127.0.0.1", "::7f00:1"),
    *("2002:7f00:1::", "2002:a00:1::1", "2002:c0a8:1::", "2002:a9fe:a9fe::", "2002:5db8:d822::"),
    *("64:ff9b::127.0.0.1", "64:ff9b::a00:1", "64:ff9b::a9fe:a9fe", "64:ff9b:1::808:808"),
    *("2001:0:53aa:64c:0:7e4f:80ff:fffe", "::ffff:0:127.0.0.1"),
    # No address, or one in a form that only some systems read.
    *("", "localhost", "0177.0.0.1", "2130706433", "0x7f000001", "127.1", "1.2.3", "::g", "1.2.3.4.5"),
)
PUBLIC = (
    *("1.1.1.1", "8.8.8.8", "93.184.216.34", "172.15.255.255", "172.32.0.1", "100.63.255.255", "100.128.0.1"),
    *(
        "169.253.255.255",
        "169.255.0.1",
        "192.0.1.1",
        "192.167.255.255",
        "192.169.0.1",
        "198.17.255.255",
        "223.255.255.1",
    ),
    *("2606:4700:4700::1111", "2a00:1450:4001:82a::200e", "::ffff:8.8.8.8", "64:ff9b::808:808", "2001:4860:4860::8888"),
)


@pytest.mark.parametrize("address", NOT_PUBLIC)
def test_an_address_off_the_public_internet_is_refused(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", PUBLIC)
def test_an_address_of_the_public_internet_is_allowed(address: str) -> None:
    assert is_public(address)


async def refusal(network: Network, url: str) -> FetchRefused:
    async with Fetcher(network) as fetcher:
        with pytest.raises(FetchRefused) as caught:
            await fetcher.fetch(FetchRequest(url, "agent"))
    return caught.value


# Each form that a browser, a C library or a resolver takes for this machine. What production does with it is tried:
# the system's own resolver, and the rule that no test changed.
FORMS = (
    "http://127.0.0.1:{port}/",
    "http://localhost:{port}/",
    "http://2130706433:{port}/",
    "http://0x7f000001:{port}/",
    "http://0x7f.0.0.1:{port}/",
    "http://0177.0.0.1:{port}/",
    "http://017700000001:{port}/",
    "http://127.1:{port}/",
    "http://127.0.1:{port}/",
    "http://0:{port}/",
    "http://0.0.0.0:{port}/",
    "http://[::1]:{port}/",
    "http://[::]:{port}/",
    "http://[::ffff:127.0.0.1]:{port}/",
    "http://[::ffff:7f00:1]:{port}/",
    "http://[0:0:0:0:0:ffff:7f00:0001]:{port}/",
    "http://127.0.0.1.:{port}/",
    "http://user:password@127.0.0.1:{port}/",
    "http://①②⑦.⓪.⓪.①:{port}/",
    "http://169.254.169.254/latest/meta-data/",
    "http://[fd00:ec2::254]/latest/meta-data/",
    "http://2852039166/latest/meta-data/",
    "http://0xA9FEA9FE/latest/meta-data/",
    "http://[2002:7f00:1::]:{port}/",
    "http://[64:ff9b::7f00:1]:{port}/",
)


@pytest.mark.parametrize("form", FORMS)
async def test_no_form_of_an_address_reaches_this_machine(form: str) -> None:
    async with loopback_web() as web, Fetcher() as fetcher:
        with pytest.raises((FetchRefused, Unreachable)):
            await fetcher.fetch(FetchRequest(form.format(port=web.port), "agent"))
        assert web.asked == []


@pytest.mark.parametrize("address", ["10.1.2.3", "169.254.169.254", "fd00::1", "::ffff:10.1.2.3", "100.100.100.200"])
async def test_a_name_that_leads_inside_is_refused(address: str) -> None:
    async with loopback_web() as web:
        web.addresses["inside.test"] = [address]
        error = await refusal(web.network(), "http://inside.test/feed")
    assert address in str(error)


async def test_a_name_that_is_public_when_it_is_checked_and_private_when_it_is_connected_is_refused() -> None:
    async with loopback_web() as web:
        web.hosts["first.test"] = redirect("http://first.test/feed", 302)
        web.addresses["rebound.test"] = ["93.184.216.34", "10.0.0.5"]
        network = web.network()
        resolver = network.resolver()
        assert (await resolver.resolve("rebound.test", 80))[0]["host"] == "93.184.216.34"  # whoever checked it first
        error = await refusal(network, "http://rebound.test/feed")
    assert "10.0.0.5" in str(error)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_each_step_of_a_redirect_is_judged_anew(status: int) -> None:
    async with loopback_web() as web:
        web.addresses["inside.test"] = ["192.168.1.1"]
        web.hosts["outside.test"] = redirect("http://inside.test/admin", status)
        error = await refusal(web.network(), "http://outside.test/feed")
    assert "192.168.1.1" in str(error)
    assert len(web.asked) == 1


@pytest.mark.parametrize("target", ["file:///etc/passwd", "ftp://host.test/x", "gopher://host.test/", "javascript:1"])
async def test_a_redirect_off_the_web_is_refused(target: str) -> None:
    async with loopback_web() as web:
        web.hosts["outside.test"] = redirect(target)
        await refusal(web.network(), "http://outside.test/feed")


async def test_a_name_that_does_not_resolve_is_unreachable() -> None:
    async with loopback_web() as web, Fetcher(web.network()) as fetcher:
        with pytest.raises(Unreachable):
            await fetcher.fetch(FetchRequest("http://nowhere.test/", "agent"))


# -- behind a proxy ---------------------------------------------------------------------------------------------------


def proxied(web: Web) -> Network:
    inner = web.network()
    return Network(inner.resolver, is_public, proxy=f"http://127.0.0.1:{web.port}")


async def test_behind_a_proxy_the_target_is_judged_and_the_proxy_is_exempt() -> None:
    async with loopback_web() as web:
        web.hosts["feed.test"] = reply(body=b"through the proxy")
        web.addresses["feed.test"] = ["93.184.216.34"]
        async with Fetcher(proxied(web)) as fetcher:
            answer = await fetcher.fetch(FetchRequest("http://feed.test/a", "agent"))
        assert answer.body == b"through the proxy"
        assert [each.host for each in web.asked] == ["feed.test"]  # through this machine's port, though it is elsewhere


@pytest.mark.parametrize(
    ("url", "address"),
    [("http://inside.test/", "10.0.0.1"), ("http://2130706433/", "127.0.0.1"), ("http://[::1]/", "::1")],
)
async def test_behind_a_proxy_no_target_leads_inside(url: str, address: str) -> None:
    async with loopback_web() as web:
        web.addresses |= {"inside.test": [address], "2130706433": [address], "::1": [address]}
        error = await refusal(proxied(web), url)
        assert address in str(error) or "isn't an address" in str(error)
        assert web.asked == []


async def test_behind_a_proxy_a_name_that_nobody_here_knows_is_not_fetched() -> None:
    async with loopback_web() as web:
        async with Fetcher(proxied(web)) as fetcher:
            with pytest.raises(Unreachable):
                await fetcher.fetch(FetchRequest("http://nowhere.test/", "agent"))
        assert web.asked == []


async def test_one_bad_address_among_several_is_enough_behind_a_proxy() -> None:
    class Two:
        async def resolve(self, host: str, port: int = 0, family: int = 0) -> list[dict[str, object]]:
            return [{"host": "93.184.216.34"}, {"host": "127.0.0.1"}]

        async def close(self) -> None: ...

    async with loopback_web() as web:
        network = Network(Two, is_public, proxy=f"http://127.0.0.1:{web.port}")  # type: ignore[arg-type]
        error = await refusal(network, "http://two.test/")
        assert "127.0.0.1" in str(error)


def test_the_system_reads_odd_forms_as_this_machine() -> None:
    """Why the address of the socket is judged and not the text: these are no names to the C library."""
    assert socket.getaddrinfo("127.1", 80)[0][4][0] == "127.0.0.1"
