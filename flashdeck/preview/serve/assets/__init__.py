"""Files of other projects that the page uses."""
