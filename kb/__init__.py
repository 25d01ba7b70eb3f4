"""A knowledge base of clinical guidelines that knows which edition it quotes and whether that edition is in force."""
