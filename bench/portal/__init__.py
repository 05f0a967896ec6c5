"""The portal under a seeded year: 200 organisations, 2,000 supplies, 20 people at a time."""
