"""What a provider proposes to share: a specification in versions, its documentation, and its mandates."""
