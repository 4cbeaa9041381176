"""
Where keys lie and how they live; the cryptography itself is in `privacy.sealing`.

    files     private files, written so that a power cut leaves the old or the new content
    masters   the master key: a file, or a passphrase
    ledger    which keyrings were made, where their copies are, which were destroyed
    store     the keyrings of one directory: made, opened, copied, recovered, destroyed
    vault     what the rest of the house uses: seal, open, index
"""
