"""`/quiz`: games in a channel, the question of the day, boards, and what is kept of whoever plays."""
