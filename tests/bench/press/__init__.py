"""The same sheets of QR cards, printed by Hộp Kể and by what a user would pick instead."""
