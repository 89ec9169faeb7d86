"""Where submissions, reviews and the audit trail are kept; rows and ciphertext stay in here."""
