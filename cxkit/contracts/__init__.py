"""What is a valid table, instrument, client; what is wrong with this one, and where."""
