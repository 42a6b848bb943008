"""What offices owe and what they answer: seen, passed on, decided; deadlines, reminders, escalation."""
