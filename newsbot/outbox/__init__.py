"""How messages leave: one way in, one worker that empties it."""
