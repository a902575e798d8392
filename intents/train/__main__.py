"""`make train`: every trained part of the reader anew from its config and the corpus, the same each time."""

from klimapartner.intents.train import faq, machine, partnership

if __name__ == "__main__":
    for part in (faq, machine, partnership):
        part.main()
