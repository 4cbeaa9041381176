"""
The programs that look at files from outside, each in a child process of its own.

They import nothing of Django, read the file from their input and answer on their output; before
they look at the file they give up everything else (`limits`). `papers.cage` starts them.
"""
