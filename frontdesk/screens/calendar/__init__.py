"""The calendar: day, week, month, list."""
