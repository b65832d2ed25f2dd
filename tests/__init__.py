"""newsbot's tests: each name is a sentence about behaviour."""
