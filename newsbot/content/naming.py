"""What a question calls by its name: the topic in "what is deepseek", the term in "what is HBM", a brief."""

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from newsbot.content.word_lists import STOP_WORDS
from newsbot.content.words import flat, stem, tokens
from newsbot.names import normalised

if TYPE_CHECKING:
    from newsbot.content.library import Library

_FRAME = re.compile(
    r"^\W*(?:so |and |ok |hey |please |can you |could you |i (?:want|would like|d like) to know )*"
    r"(?:(?P<define>what(?:'?s|’s)?(?: is| are| was| were| does| do)?|who(?:'?s|’s)?(?: is| are)?|define"
    r"|definition of|meaning of|what(?: is|'s|’s) the meaning of|explain(?: to me)?|whats(?: the meaning of)?)"
    r"|(?:please )?(?:tell me|talk|teach me|read)(?: something| more| all| everything)? (?:about|on)"
    r"|summari[sz]e|summary of"
    r"|(?:give|show) me (?:a |an |the )?(?:brief|summary|overview|short version|info|information)?(?: on| of| about)?"
    r"|describe|info(?:rmation)? (?:on|about)|overview of|learn about|more (?:on|about)|about"
    r"|everything (?:on|about))\s+",
    re.IGNORECASE,
)
_TAIL = re.compile(
    r"\s*(?:\bin (?:one|a|two|a few|simple) (?:sentences?|words?|terms?|nutshell)|\bplease|\bmean|\bstand for|\babout"
    r"|\bfor (?:me|dummies|beginners)|\bexactly|\banyway|\bin simple terms|\bbriefly|\bwork)*[\s?!.]*$",
    re.IGNORECASE,
)
_DEFINED = re.compile(r"^\W*(?P<what>.+?) (?:meaning|definition|defined|explained)\W*$", re.IGNORECASE)
_GENERIC = re.compile(
    r"\s+(?:filings?|documents?|chips?|index|models?|tests?|rules?|papers?|forms?|clauses?|deals?)$", re.IGNORECASE
)
_ARTICLE = re.compile(r"^(?:the|a|an|this|these|those)\s+", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Named:
    """What a question names: a brief (the overview for a topic) by topic and id, or a term; `rest` is how."""

    topic: str = ""
    brief: str = ""
    term: str = ""
    rest: str = ""


def framed(question: str) -> tuple[str, bool]:
    """The question without "what is", "tell me about" and the like, and whether it asks what something is."""
    if found := _DEFINED.match(question):
        return _ARTICLE.sub("", found["what"]).strip(" ?!.,\"'“”"), True
    found = _FRAME.match(question)
    rest = question[found.end() :] if found else question
    rest = _ARTICLE.sub("", _TAIL.sub("", rest)).strip(" ?!.,\"'“”")
    return rest, bool(found and found["define"])


def named(library: "Library", question: str) -> list[Named]:
    """What the question names; several where a name has several owners, none where it is more than a name."""
    rest, defines = framed(question)
    mended = " ".join(library.search.reader.mended(word) for word in tokens(rest))
    for phrase in dict.fromkeys((rest, _singular(rest), mended)):
        if found := _exact(library, phrase, defines):
            return found
    return _within_topic(library, rest, defines) or _within_topic(library, mended, defines)


def _singular(phrase: str) -> str:
    return phrase[:-1] if phrase.endswith("s") and not phrase.endswith("ss") else phrase


def _exact(library: "Library", phrase: str, defines: bool) -> list[Named]:
    wanted = normalised(phrase)
    if not wanted or all(word in STOP_WORDS for word in flat(phrase).split()):
        return []
    for topic in library.topics.values():
        if wanted in (normalised(topic.id), normalised(topic.title)):
            return [_overview(library, topic.id, phrase)]
    briefs = library.briefs_called.get(wanted, ())
    term = library.term_names.exact(phrase) or library.term_names.exact(_GENERIC.sub("", phrase))
    if term and (defines or not briefs):
        return [Named(term=term.value, rest=phrase)]
    if defines and (owner := _term_of_all(library, phrase)):
        return [Named(term=owner, rest=phrase)]
    if len(briefs) == 1 and _is_told(library, briefs[0], phrase, in_lede=not defines):
        return [Named(*briefs[0], rest=phrase)]
    if (found := library.topic_names.exact(phrase)) and _is_in_overview(library, found.value, phrase):
        return [_overview(library, found.value, phrase)]
    return [Named(*each, rest=phrase) for each in briefs] if len(briefs) > 1 else []


def _term_of_all(library: "Library", phrase: str) -> str:
    """The term of which each word of a phrase is a name: "booked a charge"; empty where there is none."""
    words = [word for word in flat(phrase).split() if word not in STOP_WORDS]
    found = {term.value if (term := library.term_names.exact(word)) else "" for word in words}
    return found.pop() if len(words) > 1 and len(found) == 1 else ""


def _is_in_overview(library: "Library", topic: str, phrase: str) -> bool:
    """Whether the overview of a topic holds the names of a phrase."""
    brief = library.briefs_of(topic)[0]
    held = tokens(" ".join(library.filled_text(text) for text in (brief.title, brief.lede, *brief.body)))
    return all(word in held for word in tokens(phrase) if library.search.reader.is_name(word))


def _is_told(library: "Library", brief: tuple[str, str], phrase: str, in_lede: bool = True) -> bool:
    """Whether a brief's title (or lede) holds the names of a phrase: an alias may be a name that it only touches."""
    names = [word for word in tokens(phrase) if library.search.reader.is_name(word)]
    found = library.briefs[brief]
    heading = tokens(library.filled_text(found.title) + (f" {library.filled_text(found.lede)}" if in_lede else ""))
    return all(name in heading for name in names)


def _overview(library: "Library", topic: str, phrase: str) -> Named:
    return Named(topic, library.briefs_of(topic)[0].id, rest=phrase)


def _within_topic(library: "Library", phrase: str, defines: bool) -> list[Named]:
    """The brief that is named by a topic's name and one of the brief's own: "nvidia worst days"."""
    words = tokens(phrase)
    for place, word in enumerate(words):
        topic = library.topic_names.exact(word)
        if topic is None or not library.search.reader.is_name(word):
            continue
        left = [each for each in (*words[:place], *words[place + 1 :]) if each not in STOP_WORDS]
        wanted = tuple(stem(each) for each in left)
        found = library.brief_stems.get((topic.value, wanted)) if wanted else None
        own = normalised(word) in (topic.value, normalised(library.topics[topic.value].title))
        told = phrase if not own else " ".join(left)
        if found and _is_told(library, (topic.value, found), told, in_lede=not defines):
            return [Named(topic.value, found, rest=" ".join(left))]
    return []
