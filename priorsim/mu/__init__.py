"""Mu, the toy language: terms, code, domains, the plain interpreter and its lesions."""
