"""What holds of every answer a patient could give, found with a solver; knows the domain alone."""
