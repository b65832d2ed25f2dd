"""The set-up of `make run`: what is asked of uv, and what is shown of it."""

import io
from contextlib import redirect_stdout
from pathlib import Path

import pytest

from tools import install

ROOT = Path(__file__).resolve().parent.parent
PIN = "uv==0.9.1 \\\n    --hash=sha256:bb \\\n    --hash=sha256:cc\n"
LOCK = f"a==1 \\\n    --hash=sha256:aa\n    # via x\n{PIN}    # via y\n"


def test_the_pin_of_a_package_comes_with_all_its_hashes_and_nothing_of_others() -> None:
    assert install.pinned(LOCK, "uv") == PIN


def test_the_lock_file_for_tests_pins_uv() -> None:
    pin = install.pinned((ROOT / "requirements-dev.lock").read_text(encoding="utf-8"), "uv")
    assert pin.count("--hash=sha256:") > 5


def test_a_package_that_is_not_in_the_lock_is_said_so() -> None:
    with pytest.raises(LookupError, match="no nothing"):
        install.pinned(LOCK, "nothing")


def test_lock_files_name_no_index() -> None:
    for lock in ROOT.glob("requirements*.lock"):
        text = lock.read_text(encoding="utf-8")
        assert "://" not in text, lock
        assert "index" not in text, lock


def test_uv_looks_where_pip_was_told_to_look() -> None:
    config = (
        "global.index-url='https://mirror.example/simple'\n"
        "global.extra-index-url='https://one.example https://two.example'\n"
        ":env:.index-url='https://nearer.example/simple'\n"
        ":env:.find-links='/a\\n/b'\n"
    )
    found = install.uv_environment(config, {"PATH": "/bin"})
    assert found["UV_DEFAULT_INDEX"] == "https://nearer.example/simple"
    assert found["UV_INDEX"] == "https://one.example https://two.example"
    assert found["UV_FIND_LINKS"] == "/a,/b"
    assert found["PATH"] == "/bin"


def test_what_is_set_for_uv_itself_stays() -> None:
    found = install.uv_environment("global.index-url='https://a.example'", {"UV_DEFAULT_INDEX": "https://b.example"})
    assert found["UV_DEFAULT_INDEX"] == "https://b.example"


def test_pip_shows_how_far_it_is_and_what_is_wrong() -> None:
    shown = io.StringIO()
    with redirect_stdout(shown):
        progress = install._PipProgress(3)
        progress("Collecting discord-py==2.7.1 (from -r requirements.lock (line 5))")
        progress("  Using cached aiohttp.whl")
        progress("Processing /wheels/numpy-2.4.6-cp311-cp311-linux_x86_64.whl (from -r requirements.lock (line 1))")
        progress("ERROR: no space left on device")
    assert shown.getvalue().splitlines() == [
        "  1 of at most 3: discord-py",
        "  2 of at most 3: numpy",
        "  ERROR: no space left on device",
    ]


def test_of_uv_everything_is_shown_but_the_list_of_packages() -> None:
    shown = io.StringIO()
    with redirect_stdout(shown):
        for line in ("Using Python 3.11", "Downloading numpy (16MiB)", " + numpy==2.4.6", "error: no such file"):
            install._show_uv(line)
    assert shown.getvalue().splitlines() == ["  Downloading numpy (16MiB)", "  error: no such file"]
