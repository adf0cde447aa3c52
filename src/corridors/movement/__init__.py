"""How the animals move: fixes, migrations, occurrence, population."""
