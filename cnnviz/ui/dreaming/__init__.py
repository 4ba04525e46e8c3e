"""What the page Dream asks for, works out and says."""
