/** What `--help` says. */
export const helpText = `Usage: tsb-emulator [options]

An emulated Securosys Transaction Security Broker for development and tests.
Software keys: never for production. Listens on this machine only.

When it listens, it prints a ready client configuration to standard output,
with the access token that it made, and warnings to standard error. It stops on
SIGINT and SIGTERM. Keys are made, and requests approved, through its REST API,
as with any TSB: with @securosys/tsb-client, for example.

  npx @securosys/tsb-emulator --port 0 --print-config json
  npx @securosys/tsb-emulator --data ./state --mtls --tls-files ./tls

Where it listens
  --port <number>            default 8080; 0 takes one that is free
  --host <address>           default 127.0.0.1
  --allow-host <host:port>   further name that calls may use (Host header), for
                             containers and proxies; may be repeated
  --tls                      https with a certificate of its own
  --mtls                     the same, and clients need a certificate; one is made
  --certificate <file>       PEM, with --private-key: https with this certificate
  --private-key <file>       PEM
  --client-ca <file>         PEM: clients need a certificate of this CA
  --tls-files <folder>       writes ca.pem, client.pem and client-key.pem there
                             instead of printing them; the folder has to be
                             this user's alone (mode 0700), and is made if missing

What its clients trust
  --anchor-files <folder>    writes timestamp-key.pem, attestation-key.pem and
                             attestation-root.pem there: what createApprover and
                             verifyAttestation pin. A folder as of --tls-files;
                             for one partition

Who may call
  --token <text>             bearer token; also TSB_EMULATOR_TOKEN, which other
                             users of this machine cannot see. Default: random
  --no-token                 asks for none
  --partition <name>         a partition with a random token; may be repeated
  --api-keys                 API keys for all five roles, random
  --request-signer <file>    PEM public key of an application whose signed requests
                             are taken, and no others; may be repeated
  --client-flag <name>       of the licence: REST_API, TSB_ENGINE, KEY_AUTH; may be
                             repeated. Default: all

What it keeps
  --data <folder>            keeps keys and requests in <folder>/emulated-tsb, private
                             keys IN CLEAR. Both are made if missing, the one
                             around them is not. Default: memory, gone when it stops
  --timer-interval <ms>      how often due requests are executed; default 1000

What it prints
  --print-config <form>      ts (default), json: options of createTsbClient, env:
                             TSB_URL, TSB_TOKEN and so on, or none: give --token
                             then. Of several partitions, json has one by each name
  --help, --version

Exit status: 0 when stopped, 1 when it cannot run, 2 for a wrong command line.

Only for who knows what it means
  --i-know-this-is-an-emulator-and-allow-other-machines
  --i-know-this-is-an-emulator-and-allow-node-env-production
`;
