"""From call detail records to a scenario: every model fitted, its fit shown, and what the records cannot tell said."""
