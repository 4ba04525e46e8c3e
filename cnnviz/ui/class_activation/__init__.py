"""What the page Class activation works out and says."""
