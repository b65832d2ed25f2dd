"""What a person can say: the registry of commands, the free-text parser, and the dispatcher that answers."""
