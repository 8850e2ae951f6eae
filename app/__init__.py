"""Hộp Kể: plan a run of blind boxes, draw it fairly, print its cards, tell its stories, keep albums."""
