"""Rules for texts whose meaning was probably lost: what is shown is not what was meant."""
