"""The kinds of notes as data: which keys each has, and how its fields are composed."""
