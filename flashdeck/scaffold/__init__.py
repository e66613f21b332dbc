"""`flashdeck init`: a new project and the files that it begins with."""
