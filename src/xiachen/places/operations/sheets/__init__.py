"""What a community consists of, taken from the sheets that it has."""
