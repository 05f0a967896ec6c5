"""The custodian's independent look at a proposal, by somebody who negotiated none of it."""
