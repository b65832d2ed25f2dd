"""Charts to test with: one of each kind as content has them, nasty ones by hypothesis, and ways to look at a figure."""

from collections.abc import Iterator
from datetime import date
from typing import get_args

from hypothesis import strategies as st
from matplotlib.figure import Figure
from matplotlib.text import Text
from matplotlib.transforms import Bbox

from newsbot.content.models import BOUNDS
from newsbot.messages.charts import Chart, ChartKind, Point

AS_OF = "27 January 2025"


def exact(label: str, display: str, value: float, on: date | None = None, note: str = "") -> Point:
    """A point with one value."""
    return Point(label, display, value, value, on, note)


RANKED = Chart(
    "ranked-bar",
    "V3 GPU time by phase",
    "H800 GPU-hours",
    "27 December 2024",
    "arXiv (DeepSeek-AI)",
    (
        exact("Post-training", "5,000 H800 GPU-hours", 5_000),
        exact("Pre-training", "2,664,000 H800 GPU-hours", 2_664_000),
        exact("Context extension", "119,000 H800 GPU-hours", 119_000),
    ),
)
LOSSES = Chart(
    "ranked-bar",
    "Closing moves on 27 January 2025",
    "%",
    AS_OF,
    "Reuters and Techzine",
    (
        exact("Constellation", "−21%", -21, note="some outlets say 20%"),
        exact("Nvidia", "−16.97%", -16.97),
        exact("AMD", "−6.37%", -6.37, note="about"),
    ),
)
GROUPED = Chart(
    "grouped-bar",
    "R1 and o1-1217",
    "%",
    "20 January 2025",
    "Nature",
    (
        exact("R1 AIME 2024", "79.8%", 79.8),
        exact("o1 AIME 2024", "79.2%", 79.2),
        exact("R1 Aider", "53.3%", 53.3),
        exact("o1 Aider", "61.7%", 61.7),
    ),
)
LINE = Chart(
    "line",
    "Nvidia's close around the shock",
    "USD per share",
    "25 June 2025",
    "Yahoo Finance",
    (
        exact("New record", "$154.31 per share", 154.31, date(2025, 6, 25)),
        exact("Record before", "$149.43 per share", 149.43, date(2025, 1, 6)),
        exact("Friday before", "$142.62 per share", 142.62, date(2025, 1, 24)),
        exact("The shock", "$118.42 per share", 118.42, date(2025, 1, 27)),
        exact("Next day", "$128.99 per share", 128.99, date(2025, 1, 28)),
    ),
)
RANGE = Chart(
    "range",
    "Nvidia's loss of market value in one day",
    "USD billion",
    AS_OF,
    "Reuters via Investing.com and Semafor",
    (
        Point("Reuters, Semafor", "$589 billion to $593 billion", 589, 593),
        exact("AP", "$590 billion", 590, note="about"),
        exact("headlines", "$600 billion", 600, note="nearly"),
        Point("Others", "$560 billion to $595 billion", 560, 595, note="two outlets"),
    ),
    own=True,
)
YEARLY = ((2020, 4), (2021, 10), (2022, 12), (2023, 20), (2024, 90))
TIMELINE = Chart(
    "timeline",
    "Nvidia's trillions",
    "USD trillion",
    "29 October 2025",
    "Reuters via Zawya",
    (
        exact("Second", "$2 trillion", 2, date(2024, 2, 23)),
        exact("First", "$1 trillion", 1, date(2023, 5, 30), "lower again by the close"),
        exact("Third", "$3 trillion", 3, date(2024, 6, 5)),
    ),
)
YEARS = Chart(
    "line",
    "Chips shipped",
    "thousand",
    "2026",
    "nobody",
    tuple(exact(str(year), f"{value} thousand", value, date(year, 1, 1)) for year, value in YEARLY),
    note="2022 is missing.",
)
BOUNDED = Chart(
    "ranked-bar",
    "GPT-4 cost far more than V3's published run",
    "USD million",
    "2024",
    "Stanford HAI",
    (
        Point("GPT-4", "more than $100 million", 100, 100, bound="more than"),
        Point("V3", "up to $5.576 million", 5.576, 5.576, bound="up to"),
        Point("Other", "about $40 million", 40, 40, bound="about"),
    ),
    subject="Training runs",
    note="Three runs of dozens; methods differ.",
)
RECEIPT = Chart(
    "receipt",
    "One run of V3 on one bill",
    "USD million",
    "27 December 2024",
    "arXiv (DeepSeek-AI)",
    (
        exact("Pre-training", "$5.328 million", 5.328, note="2,664,000 hours"),
        exact("Context extension", "$0.238 million", 0.238),
        exact("Post-training", "$0.01 million", 0.01),
        exact("Total", "$5.576 million", 5.576, note="Not on this receipt: research, staff, data"),
    ),
    subject="Rental bill",
)
TABLE = Chart(
    "table",
    "What R1 had",
    "as given",
    "2025",
    "Nature",
    (exact("GPUs", "512", 512, note="H800"), exact("hours of R1-Zero", "198", 198, date(2025, 1, 1))),
)
GRID = Chart(
    "grouped-bar",
    "List price",
    "USD per million tokens",
    "February 2025",
    "DeepSeek",
    (
        exact("R1 cached input", "$0.14 per million tokens", 0.14),
        exact("o1 cached input", "$7.5 per million tokens", 7.5),
        exact("R1 output", "$2.19 per million tokens", 2.19),
        exact("o1 output", "$60 per million tokens", 60, note="list price"),
    ),
)
NUMBER = Chart(
    "number",
    "SemiAnalysis put DeepSeek's servers at $1.6 billion",
    "USD billion",
    "31 January 2025",
    "SemiAnalysis",
    (
        Point("SemiAnalysis", "about $1.6 billion", 1.6, 1.6, bound="about"),
        Point("stocks.news", "well above $0.5 billion", 0.5, 0.5, note="hardware only", bound="well above"),
    ),
    subject="Servers behind DeepSeek",
    own=True,
)
SAMPLES = (RANKED, LOSSES, GROUPED, LINE, RANGE, TIMELINE, YEARS, BOUNDED, RECEIPT, TABLE, GRID, NUMBER)

_WORDS = st.one_of(
    st.text(max_size=120),
    st.sampled_from(
        (
            "$5 & $6_x^2 \\frac{1}{2}",
            "עלות האימון של המודל",
            "تكلفة التدريب",
            "训练成本的估计值和差异",
            "😀 to the 🌕",
            "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft",
            "n\u0303\u0303\u0303\u0303\u0303\u0303",
            "A label of many words, which somebody wrote as if it were the only one in the picture",
            "Q1 2025",
        )
    ),
)
_VALUES = st.one_of(
    st.floats(-1e15, 1e15), st.floats(-100, 100), st.sampled_from((0.0, 1.0, -1.0, 5e-9, 1e200, -1e200))
)
_DAYS = st.dates(date(1990, 1, 1), date(2060, 12, 31))


@st.composite
def points(draw: st.DrawFn, dated: bool) -> Point:
    """A point with anything in it."""
    low, high = sorted((draw(_VALUES), draw(_VALUES)))
    value = draw(st.sampled_from(((low, low), (low, high))))
    display = draw(st.one_of(st.just(f"${value[0]:,.6g} billion"), _WORDS))
    note, bound = draw(st.one_of(st.just(""), _WORDS)), draw(st.sampled_from(("", *BOUNDS)))
    return Point(draw(_WORDS), display, *value, draw(_DAYS) if dated else None, note, bound=bound)


@st.composite
def charts(draw: st.DrawFn) -> Chart:
    """A chart of any kind with 1 to 25 points, all of them dated or none; sometimes all alike."""
    kind: ChartKind = draw(st.sampled_from(get_args(ChartKind)))
    each = points(draw(st.booleans()))
    several = draw(st.lists(each, min_size=1, max_size=25))
    if draw(st.integers(0, 5)) == 0:
        several = several[:1] * len(several)
    title, unit, source = draw(_WORDS), draw(st.sampled_from(("USD billion", "%", "GPU-hours"))), draw(_WORDS)
    subject, note = draw(st.one_of(st.just(""), _WORDS)), draw(st.one_of(st.just(""), _WORDS))
    return Chart(kind, title, unit, AS_OF, source, tuple(several), subject, note, own=draw(st.booleans()))


def texts(figure: Figure) -> dict[str, str]:
    """What is written in a figure, by role; lines of one text joined."""
    found: dict[str, list[str]] = {}
    for text in figure.texts:
        found.setdefault(str(text.get_gid()), []).append(text.get_text())
    return {role: " ".join(lines) for role, lines in found.items()}


def extents(figure: Figure) -> list[tuple[Text, Bbox]]:
    """Where each text stands, in pixels from the lower left."""
    return [(text, text.get_window_extent()) for text in figure.texts]


def marks(figure: Figure) -> Iterator[tuple[str, object]]:
    """Every bar, span, dot and line of a figure that stands for data, by role."""
    for axes in figure.axes:
        for artist in (*axes.patches, *axes.lines, *axes.collections):
            if role := artist.get_gid():
                yield role, artist
