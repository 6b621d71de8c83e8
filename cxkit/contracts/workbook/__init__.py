"""Excel workbooks from outside: opened in a process of their own, under limits."""
