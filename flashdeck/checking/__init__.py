"""`flashdeck check`: every problem of a project, and fixes for some."""
