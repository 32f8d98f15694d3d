"""What the tests of the application and the command line share."""
