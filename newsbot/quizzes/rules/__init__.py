"""The rules of the quiz, as values: what is asked, which answers count, what they are worth, how a game goes on."""
