"""Files into CTranslate2 folders: GGUF and BERT-family safetensors, with no torch."""

# Raised when the same files give another folder than before: a pull then converts them anew.
CONVERSION = 2
