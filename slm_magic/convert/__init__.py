"""Files into CTranslate2 folders: GGUF and BERT-family safetensors, with no torch."""
