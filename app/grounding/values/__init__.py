"""Numbers, dates, times and quantities in a sentence, as exact comparable values."""
