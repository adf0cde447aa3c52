"""Stage `behave`."""
