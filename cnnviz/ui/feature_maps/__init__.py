"""What the page Feature maps works out and says."""
