"""Researchers: vetting, training and signed undertakings, each with the day it runs out."""
