"""The table of readings: every window of every run, what it shows, what a bundle reads in it, and how right that is."""
