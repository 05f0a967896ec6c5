"""The provider's desk: a small site on this computer only, for the whole road without a terminal."""
