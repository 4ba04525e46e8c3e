"""What the page Compare works out and says."""
