"""A community's households with their residents, from whatever sheet it has."""
