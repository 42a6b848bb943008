"""The conversation with the mail server: its pace, and what came of each try."""
