/** `--help`, and what whoever starts the program by hand is told. */
export const help = `sigstore-kms-securosys: lets cosign sign with keys that never leave an HSM

cosign starts this program by itself, when it lies in a folder of PATH:
  cosign sign --key securosys://<key> …
  cosign public-key --key securosys://<key>

  <key>   name of the key, with ?hash=sha256 (P-384 and P-521) and
          ?spkiSha256=<hex> (which key it has to be) where that is needed

The configuration is the file that SIGSTORE_KMS_SECUROSYS_CONFIG names, else
securosys/cosign/config.json in the user's configuration; without either,
TSB_URL and TSB_TOKEN of the environment say where the keys are.

  --help, --version
`;
