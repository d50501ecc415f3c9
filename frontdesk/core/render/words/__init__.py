"""What the house says, by noun: one sentence a reason, one a fact, one an error. Data comes in, words go out."""
