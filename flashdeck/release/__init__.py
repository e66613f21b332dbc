"""`flashdeck build`: ids, times and the lock; packages that appear all at once."""
