"""Resolves both lock files, hashed, valid for every supported Python, naming no package index."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
COMPILE = [
    *(sys.executable, "-m", "uv", "pip", "compile", "--quiet", "--universal", "--python-version", "3.11"),
    *("--generate-hashes", "--no-emit-index-url", "--no-emit-find-links", "--no-header", "pyproject.toml"),
]


def main() -> None:
    runtime = ["--extra", "build", "--output-file", "requirements.lock"]
    # The second file repeats the first's pins, so that tests run what people run.
    development = [
        "--extra",
        "dev",
        "--constraint",
        "requirements.lock",
        "--output-file",
        "requirements-dev.lock",
    ]
    for options in (runtime, development):
        subprocess.run([*COMPILE, *options], cwd=ROOT, check=True)


if __name__ == "__main__":
    main()
