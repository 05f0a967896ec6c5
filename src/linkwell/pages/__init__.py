"""How pages look, for the portal and the desk alike: layout, form renderer, styles, and the words of the
labels.
"""
