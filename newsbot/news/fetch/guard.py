"""The address guard: which IP addresses newsbot may connect to, whatever name they came by.

Names and redirects come from outside, so any of them may lead to this machine, to its network, or to a cloud's metadata
service. What is judged is the address of the very socket that is about to connect: a name that is looked up once to be
checked, and again to connect, may have changed in between.
"""

from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

# IANA's special-purpose registry, written out: what `ipaddress` calls global differs between versions of Python.
_NO_IPV4 = tuple(
    map(
        ip_network,
        (
            "0.0.0.0/8",  # this network
            "10.0.0.0/8",  # private
            "100.64.0.0/10",  # shared by a provider's customers; a metadata service of one cloud
            "127.0.0.0/8",  # loopback
            "169.254.0.0/16",  # link-local, and the metadata services of most clouds
            "168.63.129.16/32",  # one cloud's metadata service, though its address looks public
            "172.16.0.0/12",  # private
            "192.0.0.0/24",  # protocol assignments
            "192.0.2.0/24",  # documentation
            "192.88.99.0/24",  # relays of 6to4
            "192.168.0.0/16",  # private
            "198.18.0.0/15",  # benchmarks
            "198.51.100.0/24",  # documentation
            "203.0.113.0/24",  # documentation
            "224.0.0.0/4",  # multicast
            "240.0.0.0/4",  # reserved, and broadcast
        ),
    )
)
_GLOBAL_IPV6 = ip_network("2000::/3")  # nothing else is routed
_NO_IPV6 = tuple(
    map(
        ip_network,
        (
            "2001::/23",  # protocol assignments, Teredo among them
            "2001:db8::/32",  # documentation
            "3fff::/20",  # documentation
            "2002::/16",  # 6to4, retired; an IPv4 address stands in each
        ),
    )
)
# Networks whose last four bytes are an IPv4 address that the connection really goes to.
_CARRY_IPV4 = tuple(map(ip_network, ("::ffff:0:0/96", "64:ff9b::/96")))  # mapped; NAT64


def is_public(address: str) -> bool:
    """Whether an IP address, as the system writes it, is one of the public internet. False where it is none at all."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return False
    if isinstance(parsed, IPv6Address) and any(parsed in network for network in _CARRY_IPV4):
        parsed = IPv4Address(parsed.packed[-4:])
    if isinstance(parsed, IPv4Address):
        return not any(parsed in network for network in _NO_IPV4)
    return parsed in _GLOBAL_IPV6 and not any(parsed in network for network in _NO_IPV6)
