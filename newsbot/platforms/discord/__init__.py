"""Discord as a platform: cards as Components V2, forms as modals, the menu as slash commands."""
