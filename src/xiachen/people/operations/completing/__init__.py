"""Lists that are entered a second time, or say more than the first: found again, and completed."""
