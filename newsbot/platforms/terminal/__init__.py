"""newsbot in a terminal: the same desk and cards as everywhere, with history and completion."""
