"""The docs: short first page, links that lead somewhere, every setting in the one place for it."""

import re
from collections import Counter
from pathlib import Path

import pytest
from pydantic import BaseModel

from newsbot.settings import ENVIRONMENT, OTHER_NAMES, SecretSettings, Settings, load_settings

ROOT = Path(__file__).resolve().parent.parent
PAGES = [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").glob("*.md")), ROOT / "content" / "README.md"]
_LINK = re.compile(r"\]\(([^)\s]+)\)")
_CODE = re.compile(r"`([^`]+)`")
_FENCE = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)


def _prose(page: Path) -> str:
    """A page without what is quoted in it."""
    return re.sub(r"`[^`\n]*`", "", _FENCE.sub("", page.read_text(encoding="utf-8")))


def _anchors(page: Path) -> set[str]:
    """The names by which GitHub and others find the headings of a page."""
    headings = re.findall(r"^#+ +(.+)$", _FENCE.sub("", page.read_text(encoding="utf-8")), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def _keys(model: type[BaseModel], before: str = "") -> list[str]:
    """Every setting that has a value of its own, as `section.key`."""
    keys: list[str] = []
    for name, field in model.model_fields.items():
        section = field.annotation
        if section is SecretSettings:
            continue
        if isinstance(section, type) and issubclass(section, BaseModel):
            keys += _keys(section, f"{name}.")
        else:
            keys.append(f"{before}{name}")
    return keys


def _setting_rows() -> list[list[str]]:
    """The table of settings: the cells of each row."""
    lines = (ROOT / "docs" / "operators.md").read_text(encoding="utf-8").split("## Settings")[1].split("\n## ")[0]
    return [[cell.strip() for cell in line.split("|")[1:-1]] for line in lines.splitlines() if line.startswith("|")][2:]


def test_the_readme_is_one_page() -> None:
    assert len((ROOT / "README.md").read_text(encoding="utf-8").splitlines()) <= 120


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_leads_to_a_file_and_a_heading_that_are_there(page: Path) -> None:
    for link in _LINK.findall(_prose(page)):
        if "://" in link:
            continue
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        assert target.exists(), link
        assert target.is_relative_to(ROOT), link
        if anchor:
            assert anchor in _anchors(target), link


def test_every_page_of_the_docs_can_be_reached_from_the_readme() -> None:
    reached: set[Path] = set()
    waiting = [ROOT / "README.md"]
    while waiting:
        page = waiting.pop()
        if page in reached or page.suffix != ".md":
            continue
        reached.add(page)
        links = (link.partition("#")[0] for link in _LINK.findall(_prose(page)) if "://" not in link)
        waiting += [(page.parent / link).resolve() for link in links if link]
    assert set((ROOT / "docs").glob("*.md")) <= reached


def test_every_setting_stands_once_in_the_table_for_operators() -> None:
    named = Counter(code for row in _setting_rows() for code in _CODE.findall(row[0]))
    assert named == Counter(_keys(Settings))


def test_every_variable_of_the_environment_stands_once_in_the_table_beside_its_setting() -> None:
    rows = [row for row in _setting_rows() if row[1]]
    assert Counter(code for row in rows for code in _CODE.findall(row[1])) == Counter([*ENVIRONMENT, *OTHER_NAMES])
    beside = {row[1].strip("`"): row[0].strip("`") for row in rows}
    for name, (section, key) in ENVIRONMENT.items():
        assert beside[name] == ("" if section == "secrets" else f"{section}.{key}"), name


def test_defaults_in_the_table_are_those_of_the_settings() -> None:
    settings = load_settings({}).model_dump()
    for row in _setting_rows():
        section, _, key = row[0].strip("`").partition(".")
        default = _CODE.fullmatch(row[2])
        if default and key:
            value = settings[section][key]
            assert default[1] == (str(value).lower() if isinstance(value, bool) else str(value)), row
