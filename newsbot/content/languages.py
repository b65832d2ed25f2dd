"""Which language a question is in, told by its commonest words or its script."""

import re

from newsbot.content.words import flat

_COMMON = {
    "German": "der die das und ist ich nicht wie wieviel viel was wer wo wann warum wieso hat haben hatte eine "
    "einen ein mit auf für fur von zu zum zur den dem des im wurde werden welche welcher kann kannst "
    "bitte über uber gibt",
    "French": "le la les des est et que qu quoi qui une un combien pourquoi quand comment où dans pour avec "
    "sur pas ce cette il elle sont au aux du quel quelle quelles ont coûté coute perdu",
    "Spanish": "el la los las es y que qué quien cuanto cuánto cuando cuándo como cómo por para con una un de "
    "en fue está esta son cual cuál donde dónde perdió perdio costó costo",
    "Italian": "il lo la gli è che chi cosa quanto quando come perché perche dove di e con per una un sono "
    "della del nel ha quale costa costato perso",
    "Portuguese": "o a os as é e que quem quanto quando como por porque para com uma um de em foi está são qual "
    "onde do da dos custou perdeu",
    "Dutch": "de het een is en wat wie hoe hoeveel waar wanneer waarom van voor met op niet zijn heeft dat "
    "welke kan kun kost kostte verloor",
    "Polish": "jest co kto jak ile kiedy dlaczego gdzie czy i w na z nie do się sie to był byl kosztował "
    "kosztowal stracila",
    "Turkish": "nedir ne kim nasıl nasil kaç kac zaman neden nerede bir ve mi mu için icin kadar hangi bu değil "
    "degil var",
}
_ENGLISH = frozenset(
    """
    a about an and are at be by can did do does for from has have how i in is it many me much not of on or tell
    that the this to was were what when where which who why with you your
    """.split()  # noqa: SIM905 (as a list it would be longer and harder to read)
)
# Words of those lists that English has too: one of them alone tells nothing.
_SHARED = frozenset("a as come con die do e i kan la le me mit o on para per pour van war was".split())  # noqa: SIM905
_SCRIPTS = (
    ("Russian", re.compile(r"[\u0400-\u04ff]")),
    ("Japanese", re.compile(r"[\u3040-\u30ff]")),
    ("Korean", re.compile(r"[\uac00-\ud7af]")),
    ("Chinese", re.compile(r"[\u4e00-\u9fff]")),
)
_LISTS = {language: frozenset(flat(word) for word in words.split()) for language, words in _COMMON.items()}
_WORD = re.compile(r"(?<![\w])[^\W\d_]+(?!\w)")


def foreign_language(question: str) -> str | None:
    """The language of a question that is not in English; None where it is, or where its words do not tell."""
    for language, script in _SCRIPTS:
        if script.search(question):
            return language
    words = _WORD.findall(flat(question))
    english = sum(word in _ENGLISH for word in words)
    language, count = max(
        ((language, sum(word in common for word in words)) for language, common in _LISTS.items()),
        key=lambda found: found[1],
    )
    own = sum(word in _LISTS[language] - _SHARED for word in words)
    is_told = own > 0 and (count > 1 or len(words) <= 4)
    return language if count > english and is_told and len(words) > 1 else None
