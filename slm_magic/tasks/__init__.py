"""The three jobs: text in, result out."""
