"""The protocols that the project knows: one module for each family, imported when one of it is first met."""
