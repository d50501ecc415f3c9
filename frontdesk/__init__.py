"""frontdesk: the terminal program a front desk runs all day, and the scheduling core under it."""
