"""What the boards feel: a file for each kind of sensor."""
