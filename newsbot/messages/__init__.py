"""The common language of every platform: cards, markup, actions, requests, budgets, the platform port.

Standard library only. Nothing here knows Discord, Slack, a browser or a terminal.
"""
