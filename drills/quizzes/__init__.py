"""The drill of quizzes: games whose processes are killed at every step, played by three people at each channel."""
