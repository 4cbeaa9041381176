"""The registers of people, taken from the sheets that offices have."""
