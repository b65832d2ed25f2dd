"""Speed, each number beside its floor measured in the same run; `make bench` prints the table."""
