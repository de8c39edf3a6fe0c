"""A server of our program for the length of a test."""
import contextlib
import re
import subprocess


@contextlib.contextmanager
def serving(program, *arguments):
    """Starts the program on a free port of this machine; gives its URL."""
    command = [program, 'serve', '--listen', '127.0.0.1:0', *arguments]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    try:
        line = process.stdout.readline()
        yield re.search(r'http://[\d.:]+', line)[0]
    finally:
        process.terminate()
        process.wait(20)
