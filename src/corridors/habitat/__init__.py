"""What lies between: layers, resistance, connectivity, network."""
