"""The record nobody can rewrite: one event per action, chained, kept by the database against change."""
