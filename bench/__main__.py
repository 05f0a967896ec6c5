"""`python -m bench` says which measurements there are."""

from pathlib import Path

if __name__ == "__main__":
    print((Path(__file__).parent / "README.md").read_text("utf-8"))
