"""newsbot in a terminal: the same dispatcher and cards as everywhere, with history and completion."""
