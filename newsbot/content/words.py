"""Words as search compares them: tokens, stems, what means the same, and what kind of answer a question wants."""

import re
import unicodedata
from functools import lru_cache
from typing import Literal

from newsbot.content.word_lists import ALIKE, ASKED_ALIKE, IRREGULAR, LOOSELY_ALIKE, SAME_NAME, STOP_WORDS

QuestionKind = Literal["who", "when", "how much", "how many", "how long", "why", "where", "which", "is", "how", ""]

_MARKET_CAP = re.compile(r"\bmarket[ -]cap(?:itali[sz]ation)?\b|\bmarket value\b", re.I)
_FAMILY = re.compile(r"\b(gpt|llama|grok|gemini|kimi|claude|opus|sonnet|rtx|ascend)[ -]?(\d+(?:\.\d+)?)\b")
_USA = re.compile(r"\bU\.?S\.?(?:A\.?)?(?![\w&])")
_PHRASES = (  # each written in lower case
    (re.compile(r"\bunited states\b|\b(?:the|in|by) us\b(?!e)", re.I), " usa "),
    (re.compile(r"\bs-1s?\b", re.I), " s1 "),
    (re.compile(r"\b(8-k|10-q)s?\b", re.I), " filing "),
    (re.compile(r"\b(its|their|his|her|our|your|my|one['’]s|['’]s) own\b", re.I), r" \1 "),
    (re.compile(r"\b(?:not|no|was|were|be|been|none) found\b", re.I), " "),
    (re.compile(r"\bs&p(?:[ -]?500)?", re.I), " sp500 "),
    (re.compile(r"\b(?:going|goes|go|went|gone) public\b|\bstock market debut\b", re.I), " ipo "),
    (re.compile(r"\bdeepseek[ -](?:monday|crash|shock|rout|sell-?off|meltdown)\b", re.I), " deepseek day "),
    (re.compile(r"\bopen[ -]source[d]?\b", re.I), " open-source "),
    (re.compile(r"\bopen[ -]weights?\b", re.I), " open-weight "),
    (re.compile(r"\bdata[ -]cent(?:er|re)s?\b", re.I), " datacentre "),
    (re.compile(r"\bsell[ -]offs?\b", re.I), " selloff "),
    (re.compile(r"\bhigh[ -]flyer\b", re.I), " highflyer "),
    (re.compile(r"\bsuper[ -]micro\b", re.I), " supermicro "),
    (re.compile(r"\bdeep[ -]seek\b", re.I), " deepseek "),
    (re.compile(r"\bchat[ -]gpt\b", re.I), " chatgpt "),
    (re.compile(r"\b(how much (?:money )?(?:does|did|do) \S+(?: \S+)?) make\b", re.I), r"\1 earn "),
    (re.compile(r"\b(release|launch|start|founding|listing|filing|ipo) date\b", re.I), r" \1 "),
    (
        re.compile(
            r"\b(plug|start|spin|lay|fine|buy|key|dot|road|pay)[ -]"
            r"(ins?|ups?|offs?|tun(?:e|ing)|backs?|strokes?|com|maps?)\b",
            re.I,
        ),
        r" \1\2 ",
    ),
    (
        re.compile(r"\bq([1-4])\b", re.I),
        lambda found: f" {('first', 'second', 'third', 'fourth')[int(found[1]) - 1]} quarter ",
    ),
    (re.compile(r"\bnon[ -]profit\b", re.I), " nonprofit "),
    (re.compile(r"\bnyt\b", re.I), " new york times "),
    (re.compile(r"\b(?:in the )?long (?:run|term)\b|\bover time\b", re.I), " "),
    (re.compile(r"\bmarket shares?\b", re.I), " marketshare "),
    (re.compile(r"\bcomes? out\b|\bcame out\b", re.I), " release "),
    (re.compile(r"\bone[ -]day\b|\bin (?:a|one|a single) day\b", re.I), " day "),
    (re.compile(r"\b(?:write|wrote|written|writing)[ -]?(?:off|down)s?\b", re.I), " charge "),
    (re.compile(r"\bstock markets?\b", re.I), " market "),
    (re.compile(r"\bcapital (?:spending|expenditures?)\b", re.I), " capex spend "),
)
# Most texts hold none of them, which one search in lower case tells in a tenth of the time that all of them take.
_ANY_PHRASE = re.compile("|".join(pattern.pattern for pattern, _ in _PHRASES))
_TOKEN = re.compile(r"open-source|open-weight|[a-z]+\d*(?:\.\d+)?[a-z]*|\d+[a-z]+\d*")
_POSSESSIVE = re.compile(r"['’](?:s|re|ve|ll|d|m)?\b")
_VERSION = re.compile(r"[a-z]+\d")


def flat(text: str) -> str:
    """Text in lower case without accents, its hyphens and dots as they are."""
    if text.isascii():
        return text.casefold()
    folded = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", text).casefold())
    return "".join(sign for sign in folded if not unicodedata.combining(sign))


def tokens(text: str) -> list[str]:
    """The words of a text, each name in its one spelling; numbers alone are none."""
    text = _USA.sub(" usa ", _MARKET_CAP.sub(" valuation ", text))
    if _ANY_PHRASE.search(text.casefold()):
        for pattern, instead in _PHRASES:
            text = pattern.sub(instead, text)
    text = _POSSESSIVE.sub(" ", flat(text))
    text = _FAMILY.sub(r"\1 \1\2", text)
    found = []
    for word in _TOKEN.findall(text):
        bare = word[:-1] if word[-1] == "s" and word[:-1][-1:].isdigit() else word
        found.append(SAME_NAME.get(bare, bare))
    return found


@lru_cache(maxsize=16_384)
def stem(word: str) -> str:
    """A word without its ending, so that "banned" and "bans" are found as "ban"."""
    if word in IRREGULAR:
        return _trimmed(IRREGULAR[word])
    if len(word) < 4 or not word.isalpha():
        return word
    if word.endswith(("ies", "ied")) and len(word) > 4:
        return word[:-3] + "y"
    for ending in ("ing", "ed"):
        bare = word[: -len(ending)]
        if word.endswith(ending) and len(bare) > 2 and any(vowel in bare for vowel in "aeiouy"):
            return _trimmed(bare)
    if word.endswith("es") and word[:-2].endswith(("s", "x", "z", "ch", "sh")):
        return word[:-2]
    if word.endswith("s") and not word.endswith(("ss", "us", "is")):
        return _trimmed(word[:-1])
    return _trimmed(word)


def _trimmed(bare: str) -> str:
    if len(bare) > 3 and bare[-1] == bare[-2] and (bare[-1] not in "sl" or (bare[-1] == "l" and len(bare) > 5)):
        return bare[:-1]
    return bare[:-1] if len(bare) > 3 and bare[-1] == "e" else bare


def is_version(word: str) -> bool:
    """Whether a word is the name of a model or chip with its number: v3, h800, gpt5."""
    return bool(_VERSION.match(word))


def stems(text: str) -> list[str]:
    """The stems of a text's words."""
    return [stem(word) for word in tokens(text)]


def meaningful(words: list[str]) -> list[str]:
    """The words of a question that carry its meaning, each once."""
    kept = [word for word in words if word not in STOP_WORDS and len(word) > 1]
    return list(dict.fromkeys(kept))


def _alike(groups: tuple[str, ...]) -> dict[str, frozenset[str]]:
    found: dict[str, frozenset[str]] = {}
    for group in groups:
        members = [stem(word) for word in group.split()]
        for member in members:
            found[member] = found.get(member, frozenset()) | (frozenset(members) - {member})
    return found


SAME_MEANING = _alike(ALIKE)
TOUCHING = _alike(LOOSELY_ALIKE)
IN_PLACE_OF = _alike(ASKED_ALIKE)

_QUANTITIES = (
    "costs?|prices?|capex|revenues?|valuation|worth|value|market cap|budget|raised?|loss|earn(?:ed|ings)?|pa(?:y|id)"
    "|lose|spend|make"
)
_SUMS = "price|cost|worth|value|valuation|market cap|revenue|profit|budget|loss|salary|size|amount"
_KINDS: tuple[tuple[QuestionKind, re.Pattern[str]], ...] = (
    ("how much", re.compile(r"\bhow many (?:dollars|bucks|euros|billions?|millions?|percent|per cent)\b")),
    ("how many", re.compile(r"\bhow (?:many|often|old|tall)\b")),
    ("how long", re.compile(r"\bhow long\b")),
    ("why", re.compile(r"\bwhy\b|\bhow come\b|\bwhat (?:caused|made)\b|\breason\b")),
    ("who", re.compile(r"\bwho(?:se|m)?\b")),
    (
        "when",
        re.compile(
            r"\b(?:release|launch|start|founding|listing|filing|ipo) date\b|\bdate of\b"
            r"|^\W*(?:\w+ )?when\b|\bwhat (?:day|date|month|year)\b"
        ),
    ),
    (
        "how much",
        re.compile(
            r"\b(?:what|which) (?:percentage|percent|share|amount)\b"
            r"|\bhow (?:much|mcuh|big|large|far|high|low|expensive|costly|cheap|deep|fast|quickly)\b"
            rf"|^\W*(?:the )?(?:\w+ )?(?:{_SUMS}) (?:of|for)\b"
            rf"|^\W*what(?:'?s|’s)?\b.*\b(?:{_QUANTITIES})\b|^[\w.-]+(?: [\w.-]+)? (?:{_QUANTITIES})\W*$"
        ),
    ),
    ("where", re.compile(r"\bwhere\b")),
    ("which", re.compile(r"\bwhich\b|^\W*what (?!is|are|was|were|does|do|did|has|about)\w+ (?:does|do|did)\b")),
    ("is", re.compile(r"^\W*(?:is|are|was|were|did|does|do|can|has|have|had|will|could|may)\b")),
    ("how", re.compile(r"\bhow\b")),
)


def question_kind(question: str) -> QuestionKind:
    """What kind of answer a question wants; empty where its words do not say."""
    low = flat(question)
    return next((kind for kind, pattern in _KINDS if pattern.search(low)), "")
