"""What it costs the herd: score and rank."""
