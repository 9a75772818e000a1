"""What customers may ask for: erasure, export, consent; and what the company may keep or see."""
