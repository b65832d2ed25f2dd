"""Installs what a lock file pins into the Python that runs this: by uv, which takes seconds; by pip where uv cannot.

Every file is checked against its hash. uv itself comes by pip, at the version and hashes of requirements-dev.lock.
Needs the standard library and pip alone, since it runs before anything is installed.
"""

import argparse
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PIP = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--no-input"]
UV = [sys.executable, "-m", "uv", "pip", "install", "--python", sys.executable]
EDITABLE = ["--no-deps", "--no-build-isolation", "--editable", str(ROOT)]


def pinned(lock: str, name: str) -> str:
    """The entry of one package in a lock file, with its hashes. Raises LookupError where there is none."""
    found = re.search(rf"^{re.escape(name)}==(?:.*\\\n)*.*", lock, re.MULTILINE)
    if found is None:
        raise LookupError(f"no {name} in the lock file")
    return f"{found[0]}\n"


def uv_environment(pip_config: str, environment: Mapping[str, str]) -> dict[str, str]:
    """What `pip config list` says about indexes and certificates, as uv reads it; what is set for uv already stays."""
    said: dict[str, str] = {}
    for section in ("global", "install", ":env:"):  # the later wins
        for key, value in re.findall(rf"^{section}\.([a-z-]+)='(.*)'$", pip_config, re.MULTILINE):
            said[key] = " ".join(value.replace("\\n", " ").split())
    names = {"index-url": "UV_DEFAULT_INDEX", "extra-index-url": "UV_INDEX", "cert": "SSL_CERT_FILE"}
    found = {uv: said[pip] for pip, uv in names.items() if said.get(pip)}
    if links := said.get("find-links"):
        found["UV_FIND_LINKS"] = links.replace(" ", ",")
    if said.get("no-index", "").lower() in {"1", "true", "yes", "on"}:
        found["UV_NO_INDEX"] = "1"
    # Every file is pinned by its hash, so it does not matter which index has it.
    found["UV_INDEX_STRATEGY"] = "unsafe-best-match"
    return {**found, **environment}


def main(arguments: Sequence[str] | None = None) -> int:
    """Install a lock file, and newsbot itself where that is wished for; the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("lock", type=Path)
    parser.add_argument("--editable", action="store_true", help="newsbot itself as well")
    options = parser.parse_args(arguments)
    began = time.monotonic()
    lock = ["--require-hashes", "-r", str(options.lock)]
    total = len(re.findall(r"^[\w.-]+==", options.lock.read_text(encoding="utf-8"), re.MULTILINE))
    itself = EDITABLE if options.editable else []
    if not _by_uv(lock, itself):
        print("  so pip installs them instead, which takes one to three minutes ...", flush=True)
        if not _by_pip(lock, itself, total):
            return 1
    print(f"  done in {time.monotonic() - began:.0f} seconds", flush=True)
    return 0


def _by_uv(lock: list[str], itself: list[str]) -> bool:
    environment = _get_uv()
    return (
        environment is not None
        and _run([*UV, *lock], _show_uv, environment)
        and (not itself or _run([*UV, "--quiet", *itself], _show_uv, environment))
    )


def _by_pip(lock: list[str], itself: list[str], total: int) -> bool:
    return _run([*PIP, "install", *lock], _PipProgress(total)) and (
        not itself or _run([*PIP, "install", "--quiet", *itself], print)
    )


def _get_uv() -> dict[str, str] | None:
    """Get uv where it is not there yet; the environment to run it in, None where it cannot be had."""
    pin = pinned((ROOT / "requirements-dev.lock").read_text(encoding="utf-8"), "uv")
    version = pin.split()[0].partition("==")[2]
    has = subprocess.run([sys.executable, "-m", "uv", "--version"], capture_output=True, text=True, check=False)
    if version not in has.stdout.split():
        print("  getting uv, which installs the rest ...", flush=True)
        with tempfile.TemporaryDirectory() as folder:
            wanted = Path(folder) / "uv.lock"
            wanted.write_text(pin, encoding="utf-8")
            quick = ["--quiet", "--retries", "2", "--only-binary", ":all:", "--require-hashes", "-r", str(wanted)]
            got = subprocess.run([*PIP, "install", *quick], capture_output=True, text=True, check=False)
            if got.returncode:
                wrong = [line for line in got.stderr.splitlines() if line.startswith("ERROR")]
                print(f"  uv cannot be had: {wrong[-1] if wrong else 'pip gives no reason'}", flush=True)
                return None
    config = subprocess.run([*PIP, "config", "list"], capture_output=True, text=True, check=False)
    return uv_environment(config.stdout, os.environ)


def _run(command: list[str], show: Callable[[str], None], environment: Mapping[str, str] | None = None) -> bool:
    """Run a command and show its lines as they come; whether it went well."""
    with subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace"
    ) as process:
        assert process.stdout is not None
        for line in process.stdout:
            show(line.rstrip("\n"))
    return process.returncode == 0


def _show_uv(line: str) -> None:
    """Show what uv does, without the list of all packages at its end."""
    if line.strip() and not line.startswith((" + ", " - ", " ~ ", " Downloaded", "Using Python")):
        print(f"  {line.strip()}", flush=True)


class _PipProgress:
    """Counts the packages that pip gets; shows whatever is wrong."""

    def __init__(self, total: int) -> None:
        self._total = total
        self._count = 0

    def __call__(self, line: str) -> None:
        """Show a line of pip's, if it says how far it is, or that something is wrong."""
        if found := re.match(r"Collecting ([^\s=]+)|Processing \S*/([^\s-]+)", line):
            self._count += 1
            print(f"  {self._count} of at most {self._total}: {found[1] or found[2]}", flush=True)
        elif line.startswith("Installing collected packages"):
            print("  putting them in place ...", flush=True)
        elif line.startswith(("ERROR", "error")):
            print(f"  {line}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
