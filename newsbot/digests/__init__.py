"""What is posted by itself: the outbox and the courier that empties it; schedules follow."""
