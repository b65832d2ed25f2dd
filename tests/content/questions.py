"""Questions as people put them: what must answer each, and questions that nothing here answers."""

# Each question with the things that are a right answer to it.
ANSWERED: tuple[tuple[str, tuple[str, ...]], ...] = (
    (
        "why did nvidia fall",
        ("export-controls/shares", "deepseek/nvidia", "deepseek/markets", "nvidia-day-move", "2025-01-27", "nvidia/"),
    ),
    ("what did the R1 model cost to train", ("deepseek/cost", "r1-", "training-costs/")),
    ("how much did deepseek cost", ("deepseek/", "v3-", "r1-", "fleet-", "training-costs/")),
    ("is deepseek open source", ("deepseek/overview", "deepseek/disruption", "2025-01-20", "2024-12-26")),
    ("does deepseek send data to china", ("deepseek/geopolitics",)),
    ("which countries banned deepseek", ("deepseek/geopolitics", "2025-0")),
    ("how many GPUs were used for V3", ("v3-", "deepseek/cost", "training-costs/")),
    ("what is the price of o1", ("r1-o1-prices", "o1-r1-price-ratio", "deepseek/disruption")),
    ("nvidia market cap loss", ("nvidia-day-loss", "deepseek/nvidia", "nvidia/", "2025-01-27")),
    ("did the nasdaq drop", ("nasdaq-day-move", "deepseek/markets", "2025-01-27")),
    ("wiz database leak", ("wiz-log-lines", "2025-01-29", "deepseek/geopolitics")),
    ("is the communist party behind deepseek", ("deepseek/geopolitics",)),
    ("H20 export licence", ("h20-", "2025-04", "export-controls/", "deepseek/markets")),
    ("R1 benchmarks against o1", ("r1-o1-benchmarks", "deepseek/disruption", "codeforces-ratings")),
    ("what does the 5.6 million leave out", ("deepseek/cost", "v3-run-cost", "training-costs/")),
    ("nvidea stock crash", ("export-controls/shares", "deepseek/", "nvidia", "2025-")),
    ("gpu hours of llama", ("llama-gpu-hours", "training-costs/")),
    (
        "deepseek v4 price",
        ("v4-", "caisi-v4-", "deepseek/prices", "deepseek/conclusion", "prices-october-2026", "2026-"),
    ),
    (
        "when did nvidia recover",
        ("nvidia-rebound", "deepseek/conclusion", "nvidia/", "2025-06-25", "2025-01-28", "deepseek/nvidia"),
    ),
)
UNANSWERED = (
    "what is the capital of france",
    "who won the world cup in 2022",
    "how tall is mount everest",
    "best pizza recipe",
    "what is the weather in berlin tomorrow",
    "should I buy bitcoin",
    "how do I reset my router password",
    "translate hello into spanish",
    "who wrote hamlet",
    "tesla cybertruck recall",
    "asdf qwer zxcv",
    "когда начнется дождь",
    "give me a poem about the sea",
    "what did netflix earn last quarter",
)
