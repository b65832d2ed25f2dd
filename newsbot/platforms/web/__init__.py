"""newsbot in a browser on this machine: one page, several people to act as, messages that stay."""
