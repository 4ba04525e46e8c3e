"""What `ARCHITECTURES` (`cnnviz.models.zoo`) is made of: functions that build networks, by where they come from."""
