"""The cards of the tour in WebKit, the engine of AnkiMobile: `make webkit`."""
