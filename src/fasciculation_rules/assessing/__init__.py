"""From a case to an assessment, along one straight line."""
