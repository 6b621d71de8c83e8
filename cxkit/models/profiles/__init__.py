"""Kinds of company: mixtures, centres and cuts, how many there are, and whether there are any."""
