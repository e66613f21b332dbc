"""What makes a good card: a function for each rule, and its page."""
