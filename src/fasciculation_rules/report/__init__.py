"""Lays an assessment out for people."""
