"""The drill of news: a hundred hosts with one fault each, a simulated day, two workers, kills at every step."""
