"""How machines are told: feeds, CAP, webhooks and calendars."""
