"""Quizzes: what is asked, which answers count, what they are worth, and how a game goes on."""
