"""Projects: approved uses of a refresh, each with its own people and its own database."""
