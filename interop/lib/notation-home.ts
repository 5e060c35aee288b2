import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pemText } from '@securosys/pki';
import { type NotationTrust, type NotationTrustOptions, notationTrust } from '@securosys/sign';
import { type Finished, run } from './process.js';
import type { Scope } from './scope.js';

/** A key in files. */
export interface LocalKey {
  readonly keyPath: string;
  readonly certPath: string;
}

/** A key of a plugin. */
export interface PluginKey {
  readonly id: string;
  readonly pluginName: string;
  readonly pluginConfig?: Readonly<Record<string, string>>;
}

export interface NotationHomeOptions {
  /** Certificates of the trust store `ca:acme`, DER. */
  readonly anchors: readonly Uint8Array[];
  readonly identities?: readonly string[];
  /** Default `*`. */
  readonly scopes?: readonly string[];
  /** Signing keys by name: files, or what a plugin finds by its id. */
  readonly keys?: Readonly<Record<string, LocalKey | PluginKey>>;
  /** Roots of the trust store `tsa:time`, DER, which the policy then names too. */
  readonly timestampAnchors?: readonly Uint8Array[];
  /** Default `always`. */
  readonly verifyTimestamp?: 'always' | 'afterCertExpiry';
  /** Environment besides what this configuration needs. */
  readonly env?: NodeJS.ProcessEnv;
}

export const acmeIdentity = 'x509.subject: C=CH, ST=Zurich, O=Acme';

/** A notation configuration folder of its own. Our verifier reads the very same policy and trust store. */
export class NotationHome {
  readonly folder: string;
  readonly #env: NodeJS.ProcessEnv;

  private constructor(folder: string, env: NodeJS.ProcessEnv = {}) {
    this.folder = folder;
    // Nothing of the machine's own configuration or logins: only what is given here.
    this.#env = {
      ...env,
      PATH: process.env.PATH,
      HOME: folder,
      DOCKER_CONFIG: join(folder, 'docker'),
      NOTATION_CONFIG: folder,
      NOTATION_LIBEXEC: folder,
      NOTATION_CACHE: join(folder, 'cache'),
      NOTATION_EXPERIMENTAL: '1',
    };
  }

  static async create(scope: Scope, options: NotationHomeOptions): Promise<NotationHome> {
    const { anchors, identities = [acmeIdentity], scopes = ['*'], keys = {} } = options;
    const home = new NotationHome(await scope.folder(), options.env);
    const { timestampAnchors = [], verifyTimestamp } = options;
    await home.#store('ca/acme', anchors);
    if (timestampAnchors.length > 0) await home.#store('tsa/time', timestampAnchors);
    const statement = {
      name: 'acme',
      registryScopes: scopes,
      signatureVerification: { level: 'strict', ...(verifyTimestamp && { verifyTimestamp }) },
      trustStores: ['ca:acme', ...(timestampAnchors.length > 0 ? ['tsa:time'] : [])],
      trustedIdentities: identities,
    };
    await home.#write('trustpolicy.json', { version: '1.0', trustPolicies: [statement] });
    await home.#write('signingkeys.json', { keys: Object.entries(keys).map(([name, files]) => ({ name, ...files })) });
    return home;
  }

  async #store(name: string, anchors: readonly Uint8Array[]): Promise<void> {
    const folder = join(this.folder, 'truststore/x509', name);
    await mkdir(folder, { recursive: true });
    for (const [at, der] of anchors.entries()) await writeFile(join(folder, `root-${at}.pem`), pemText(der, 'CERTIFICATE'));
  }

  async #write(name: string, contents: object): Promise<void> {
    // notation refuses a trust policy that others may write.
    await writeFile(join(this.folder, name), JSON.stringify(contents), { mode: 0o600 });
  }

  /** Runs notation with this configuration, whatever comes of it. */
  notation(...args: string[]): Promise<Finished> {
    return run('notation', args, { env: this.#env });
  }

  /** Runs any program as notation runs its plugins: in this configuration. */
  run(program: string, ...args: string[]): Promise<Finished> {
    return run(program, args, { env: this.#env });
  }

  /** The same policy and trust store for our verifier. */
  async trust(options: Partial<NotationTrustOptions> = {}): Promise<NotationTrust> {
    const policy = await readFile(join(this.folder, 'trustpolicy.json'));
    return notationTrust({ policy, trustStore: join(this.folder, 'truststore'), ...options });
  }
}
