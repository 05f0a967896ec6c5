"""Later uses: asked of the board, hapū, iwi or kaitiaki that wants to be asked, before they are approved."""
