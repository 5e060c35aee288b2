/** How the value of a setting reads. */
export type SettingKind = 'text' | 'path' | 'flag' | 'duration' | 'list' | 'paths' | 'object';

/** A member of the configuration. */
export interface SettingSpec {
  readonly kind: SettingKind;
  /** Variables beside `SECUROSYS_SIGN_…`, for those that other programs of ours have. */
  readonly alias?: string;
  /** What the value is worth keeping from others: such a configuration has to be this user's alone. Never from the command line. */
  readonly secret?: true;
  readonly describe: string;
}

/**
 * Every member that a configuration may have. One order holds for all: what was typed, then the environment, then the file, then the default.
 * The variable of a member is `SECUROSYS_SIGN_` and its name in capitals, `approvalTimeout` → `SECUROSYS_SIGN_APPROVAL_TIMEOUT`; objects have none.
 */
export const settingTable: Readonly<Record<string, SettingSpec>> = {
  // Where keys are: as in the configurations of the plugin executables.
  backend: { kind: 'text', describe: 'tsb (default) or pkcs11' },
  restApi: { kind: 'text', alias: 'TSB_URL', describe: 'address of the Transaction Security Broker' },
  authType: { kind: 'text', describe: 'TOKEN (default), CERT or NONE' },
  token: { kind: 'text', alias: 'TSB_TOKEN', secret: true, describe: 'token of the TSB' },
  tokenFile: { kind: 'path', describe: 'file with the token of the TSB' },
  certpath: { kind: 'path', describe: 'client certificate, PEM' },
  keypath: { kind: 'path', describe: 'private key of the client certificate, PEM' },
  caFile: { kind: 'path', describe: 'roots that the TSB is verified with, PEM' },
  proxy: { kind: 'text', describe: "'environment' to reach the TSB through a proxy" },
  partition: { kind: 'text', describe: 'partition of a TSB with several' },
  apiKeys: { kind: 'object', secret: true, describe: 'API keys of the TSB by their kinds' },
  applicationKeyPair: { kind: 'object', secret: true, describe: 'key that requests of this application are signed with' },
  allowPasswordInRequest: { kind: 'flag', describe: 'lets passwords of keys stand in requests that people decide on' },
  module: { kind: 'path', describe: 'PKCS#11 library' },
  uri: { kind: 'text', describe: 'PKCS#11 URI of the token, without a PIN' },
  tokenLabel: { kind: 'text', describe: 'label of the PKCS#11 token' },
  pinFile: { kind: 'path', describe: 'file with the PIN of the token' },
  pinEnv: { kind: 'text', describe: 'variable with the PIN of the token' },
  pkcs11js: { kind: 'path', describe: 'folder of the package pkcs11js' },
  libraryParameters: { kind: 'text', describe: 'init string of the PKCS#11 library' },
  allowFinalTry: { kind: 'flag', describe: 'lets the last try of a PIN be used' },
  // Which key, and what it may.
  key: { kind: 'text', describe: 'key that signs: a name of keys, or a label' },
  keys: { kind: 'object', describe: 'keys by the names that --key takes' },
  chain: { kind: 'path', describe: 'certificate chain of the key, PEM, leaf first' },
  keyPasswordFile: { kind: 'path', describe: 'file with the password of the key' },
  keyPassword: { kind: 'text', secret: true, describe: 'password of the key' },
  allowEmulated: { kind: 'flag', describe: 'for development: keys of an emulator may be used' },
  // How people are asked.
  approvalTimeout: { kind: 'duration', describe: 'how long to wait for approvals: 0s (default) looks once' },
  metaData: { kind: 'object', describe: 'what approvers are told, as claims' },
  stateFolder: { kind: 'path', describe: 'folder of requests that wait' },
  // Whoever decides.
  approverKeyFile: { kind: 'path', describe: 'private key of an approver, PEM' },
  approverKey: { kind: 'text', secret: true, describe: 'the same, itself' },
  approverKeyPasswordFile: { kind: 'path', describe: 'file with its password' },
  approverKeyPassword: { kind: 'text', secret: true, describe: 'its password' },
  approverCertificate: { kind: 'path', describe: 'certificate of an approver, PEM' },
  hsmTimestampKeys: { kind: 'paths', describe: 'public keys of the HSM that its timestamps are verified by, PEM' },
  hsmAttestationKeys: { kind: 'paths', describe: 'public keys of the HSM that attestations are verified by, PEM' },
  requesters: { kind: 'object', describe: 'applications that approvers know: paths of public keys by names' },
  requireKnownRequester: { kind: 'flag', describe: 'approvers refuse what no known application has signed' },
  // Rules and their record.
  signingPolicy: { kind: 'path', describe: 'signing policy, JSON or YAML' },
  auditLog: { kind: 'path', describe: 'folder of the audit log' },
  targets: { kind: 'list', describe: 'the only repositories that signatures may go to' },
  // Registries and trust.
  registry: { kind: 'object', describe: 'how registries are reached' },
  timeout: { kind: 'duration', describe: 'deadline of each call to a service' },
  trustFolder: { kind: 'path', describe: "folder with Notation's trust policy and trust store" },
  cosignKeys: { kind: 'paths', describe: 'public keys that cosign signatures are trusted by, PEM' },
  // Docker Content Trust.
  notaryServer: { kind: 'text', describe: 'address of the Notary server; there is no default' },
  notaryRoot: { kind: 'path', describe: 'pinned root certificate of a repository on it, PEM or DER' },
  notaryRootCa: { kind: 'path', describe: 'CA that issues such root certificates, PEM' },
  notaryLoginFile: { kind: 'path', describe: 'file with user:password for the Notary server' },
  registryLoginFile: { kind: 'path', describe: 'the same for the registry of a repository on it' },
  timestampUrl: { kind: 'text', describe: 'RFC 3161 timestamp authority' },
  timestampRoots: { kind: 'paths', describe: 'roots of the timestamp authority, PEM' },
};

/** The variable of a member. */
export const variableOf = (member: string): string =>
  `SECUROSYS_SIGN_${member.replace(/(?<=[a-z0-9])(?=[A-Z])/g, '_').toUpperCase()}`;

/** Whether a member can come from the environment. */
export const fromEnvironment = ({ kind }: SettingSpec): boolean => kind !== 'object';

/** Members whose values are secrets. */
export const secretMembers: readonly string[] = Object.entries(settingTable).flatMap(([name, { secret }]) =>
  secret ? [name] : [],
);
