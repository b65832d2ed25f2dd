"""What a person can say: the menu, the free-text parser, one module for each command, and the desk that answers."""
