"""Running newsbot for long: whether its parts are well, and what it forgets."""
