"""When things happen, and where: places and what people call their time zones; values only."""
