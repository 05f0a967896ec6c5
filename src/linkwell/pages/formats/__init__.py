"""How dates are written on pages: New Zealand's way, where Django's English is America's."""
