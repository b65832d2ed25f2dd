"""What people see of the quiz: questions, receipts, reveals, final scores, boards."""
