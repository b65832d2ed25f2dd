"""Quizzes: games in channels, the question of the day, and what is kept of both."""
