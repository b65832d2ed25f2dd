"""Slack: cards become Block Kit, forms become modals, requests go to the dispatcher."""
