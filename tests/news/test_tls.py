"""Secure connections: a certificate that is not valid, or of another host, is no connection; a valid one is."""

import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from aiohttp import web as http
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from newsbot.news.fetch.errors import Unreachable
from newsbot.news.fetch.fetcher import Fetcher
from newsbot.news.fetch.values import FetchRequest
from tests.news.web import Web, loopback_web, reply

HOST = "lab.test"


def certificate(folder: Path, name: str, days: int) -> tuple[Path, Path]:
    """A certificate for a name that is valid until some days from now, signed by itself, and its key."""
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=90))
        .not_valid_after(now + timedelta(days=days))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    paths = folder / f"{name}.pem", folder / f"{name}.key"
    paths[0].write_bytes(made.public_bytes(serialization.Encoding.PEM))
    paths[1].write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return paths


@asynccontextmanager
async def served(folder: Path, name: str, days: int) -> AsyncIterator[tuple[Web, ssl.SSLContext]]:
    """A secure host with a certificate for a name, and a client that trusts its issuer."""
    chain, key = certificate(folder, name, days)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(chain, key)

    async def answer(request: http.BaseRequest) -> http.StreamResponse:
        return http.Response(body=b"secure")

    async with loopback_web() as web:
        runner = http.ServerRunner(http.Server(answer), shutdown_timeout=0.1)
        await runner.setup()
        await http.TCPSite(runner, "127.0.0.1", 0, ssl_context=context).start()
        try:
            web.hosts[HOST] = reply()
            web.tls_ports[HOST] = runner.addresses[0][1]
            yield web, ssl.create_default_context(cafile=str(chain))
        finally:
            await runner.cleanup()


async def test_a_valid_certificate_of_the_host_is_a_connection(tmp_path: Path) -> None:
    async with served(tmp_path, HOST, 30) as (web, trust), Fetcher(replace(web.network(), tls=trust)) as fetcher:
        answer = await fetcher.fetch(FetchRequest(f"https://{HOST}/feed", "agent"))
    assert answer.body == b"secure"


@pytest.mark.parametrize(("name", "days"), [(HOST, -1), ("another.test", 30)])
async def test_one_that_is_over_or_of_another_host_is_told(tmp_path: Path, name: str, days: int) -> None:
    async with served(tmp_path, name, days) as (web, trust), Fetcher(replace(web.network(), tls=trust)) as fetcher:
        with pytest.raises(Unreachable, match="certificate"):
            await fetcher.fetch(FetchRequest(f"https://{HOST}/feed", "agent"))


async def test_one_that_nobody_vouches_for_is_told(tmp_path: Path) -> None:
    async with served(tmp_path, HOST, 30) as (web, _), Fetcher(web.network()) as fetcher:
        with pytest.raises(Unreachable, match="certificate"):
            await fetcher.fetch(FetchRequest(f"https://{HOST}/feed", "agent"))
