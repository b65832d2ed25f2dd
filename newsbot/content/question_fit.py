"""How well a sentence fits the kind of a question: "who" wants a name, "when" a day, "how much" a sum."""

import re
from calendar import month_name

from newsbot.content.passages import Passage
from newsbot.content.words import SAME_MEANING, QuestionKind, stem, tokens

_CAUSE = re.compile(
    r"\b(?:because|since|after|as|cause[sd]?|fears?|on (?:a|an|missed|results)|weigh|linked|blamed|reason|followed"
    r"|over|met)\b"
)
_DIGIT = re.compile(r"(?<![A-Za-z\d.-])\d|\b(?:two|three|four|five|six|seven|eight|nine|ten|half|third|quarter)\b")
_SUM = re.compile(r"(?<![A-Za-z\d.-])\d|\b(?:half|third|quarter|tenths?|[a-z]+ (?:million|billion|trillion))\b")
_MONTHS = "|".join(month_name[1:])
_DATE = re.compile(rf"\b(?:{_MONTHS}|(?:19|20)\d\d)\b")
_MONEY = re.compile(r"[$€£¥]\s?\d|\b(?:yuan|won|dollars?)\b")
_MONEY_ASKED = re.compile(
    r"\b(?:revenues?|profits?|income|budget|valuation|cash|debt|salary|cost|costs|pay|paid|spend|spent|spending|raise|raised|worth|price|lose|lost|loose|money|dollars?|earn|make|invest(?:ed)?)\b"
)
_COUNT = re.compile(
    rf"(?<![$€£¥\d.,])\b(?!(?:19|20)\d\d\b)(?!\d{{1,2}} (?:{_MONTHS}))\d[\d,.]*\b"
    r"(?!\s?%|\s(?:percent|per cent)|[\d,.])"
)
_DURATION = re.compile(r"\b(?:hours?|days?|weeks?|months?|years?|minutes?)\b")
# How high something is, and how far it moved, are two things.
_LEVEL = re.compile(r"\b(?:worth|valuation|value|market cap|price)\b")
_RAISED = re.compile(r"\braised?\b")
_PART = re.compile(r"\b(?:shares? of|stake|warrants?|part of|options)\b")
_ROLE = re.compile(
    r"^\W*(?:who(?:'s|’s| is| are| was| were)?|what is the name of|name) (?:now |currently )?(?:the |its |their )?"
    r"(?:new |current |former |first |\w+['’]?s )?(?:ceo|cfo|cto|coo|chief|president|chair(?:man|woman|person)?"
    r"|founders?|co-?founders?|boss|head|owners?|directors?|board|minister|mayor|king|queen)\b"
    r"|^\W*who (?:founded|created|started|runs|leads|heads|owns|built|invented|manages|co-?founded|set up)\b"
    r"|^\W*who (?:is|sits|are) (?:on|in) the board\b"
    r"|\b(?:ceo|cfo|boss|founder|president|head)\b.*\b(?:earns?|salary|paid|pay|make|old|age|born|live|wife|married)\b"
    r"|\b(?:salary|pay|age|wife|husband|net worth) of\b"
)
_COUNTED = re.compile(r"\bhow many (?:of the |more |other |new )?((?:[\w-]+ )?[\w-]+)")
_COUNTED_HERE = re.compile(r"(?<![A-Za-z])\d[\d,.]*((?:\s+[\w.-]+){1,4})")
_CHANGE = re.compile(
    r"\b(?:adds?|added|wiped?|loss|lost|lose|loses|fall|fell|gain|gained|rise|rose|move|moves|drop|growth|cut)\b",
    re.IGNORECASE,
)


def asks_for_level(question: str) -> bool:
    """Whether a question asks how high something is: its worth, its price."""
    return bool(_LEVEL.search(question.casefold()))


def asks_for_a_role(question: str) -> bool:
    """Whether a question asks who holds an office."""
    return bool(_ROLE.search(question.casefold()))


def _counts(question: str, sentence: str) -> bool:
    """Whether what a question asks the number of stands close behind a number."""
    asked = _COUNTED.search(question.casefold())
    nouns = tokens(asked[1]) if asked else []
    if not nouns:
        return True
    wanted = {form for noun in nouns for form in ({stem(noun)} | SAME_MEANING.get(stem(noun), frozenset()))}
    following = (found[1] for found in _COUNTED_HERE.finditer(sentence))
    return any(stem(word) in wanted for words in following for word in tokens(words))


def fit(kind: QuestionKind, question: str, passage: Passage, sentence: str, names_others: bool) -> float:
    """What to add for a sentence that fits, and to take off for one that does not.

    `names_others`: the sentence has a name that the question does not have.
    """
    is_event, is_figure = passage.kind == "event", passage.kind == "figure"
    match kind:
        case "when":
            return 0.15 if is_event else -0.05 if _DATE.search(sentence) else -0.4
        case "how much":
            low = question.casefold()
            if _MONEY_ASKED.search(low) and not _MONEY.search(sentence):
                return -0.5
            if _LEVEL.search(low) and not _CHANGE.search(low) and _CHANGE.search(f"{passage.heading} {sentence}"):
                return -0.45
            if _LEVEL.search(low) and _PART.search(f"{passage.heading} {sentence}".casefold()):
                return -0.3
            if _RAISED.search(low) and _LEVEL.search(f"{passage.heading} {sentence}".casefold()):
                return -0.3
            return (0.05 if _SUM.search(sentence) else -0.3) + (0.06 if is_figure else 0.0)
        case "how many":
            is_counted = _COUNT.search(sentence) and _counts(question, f"{passage.heading} {sentence}")
            return (0.05 if is_counted else -0.35) + (0.03 if is_figure else 0.0)
        case "how long":
            return 0.05 if _DURATION.search(sentence) else -0.3
        case "why":
            causes = 0.05 if _CAUSE.search(passage.text if is_event else sentence) else -0.1
            return causes + (0.1 if is_event else -0.2 if is_figure else 0.0)
        case "who":
            return 0.03 if names_others else -0.3
        case "which":
            return 0.02 if names_others else -0.2
        case "is":
            return -0.02 if is_figure else 0.05 if is_event else 0.02
    return 0.0
