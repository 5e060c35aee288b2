/** `--help`. */
export const help = `ocicrypt-securosys: key provider of ocicrypt with keys that never leave an HSM

In ocicrypt.conf, which OCICRYPT_KEYPROVIDER_CONFIG names:
  {"key-providers": {"securosys": {"cmd": {"path": "ocicrypt-securosys"}}}}
then
  skopeo copy --encryption-key provider:securosys:<key> …

  --config <path>          configuration; default OCICRYPT_SECUROSYS_CONFIG, then
                           securosys/ocicrypt/config.json in the user's configuration
  --name <name>            name in ocicrypt.conf; default: found there
  --timeout-ms <number>    how long to wait for people; default 30000. A later run
                           continues the same request

ocicrypt-securosys serve: the same for many calls, as a gRPC service
  --socket <path>          a Unix socket, for this user alone
  --port <number> --cert <path> --key <path> --client-ca <path> [--host <address>]
                           a port with mutual TLS
  --plaintext-on-loopback  a port of this machine without TLS, for all its users
  --share-ms <number>      how long an unwrapped key opens the other layers of its
                           image, since its last use, and ten times that in all;
                           default 30000

Arguments of the closed plugin (-tsb-api-endpoint, -auth, -token, -certpath,
-keypath, -keyOperationToken, -publicKey, -privateKey, -key-label) and KEY_PASSWORD
are understood in place of --config.
`;
