import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Finished, run, succeed } from '../../lib/process.js';
import type { Scope } from '../../lib/scope.js';
import type { RealServer } from './servers.js';

const passphrases = Object.fromEntries(
  ['ROOT', 'TARGETS', 'SNAPSHOT', 'DELEGATION'].map((role) => [`NOTARY_${role}_PASSPHRASE`, 'passphrase-1']),
);

/** A tag as the original client lists it. */
export interface ListedTag {
  readonly tag: string;
  readonly digest: string;
  readonly size: number;
  readonly role: string;
}

/** The original client, with a folder of its own. */
export class NotaryClient {
  readonly folder: string;
  readonly #server: RealServer;

  private constructor(server: RealServer, folder: string) {
    this.#server = server;
    this.folder = folder;
  }

  static async create(scope: Scope, server: RealServer): Promise<NotaryClient> {
    return new NotaryClient(server, await scope.folder());
  }

  #arguments(words: readonly string[]): string[] {
    const { url, caPath } = this.#server;
    return ['-s', url, '-d', join(this.folder, 'trust'), ...(caPath === undefined ? [] : ['--tlscacert', caPath]), ...words];
  }

  #options() {
    return { env: { ...process.env, ...passphrases }, cwd: this.folder, stdin: '' };
  }

  call(...words: string[]): Promise<string> {
    return succeed('notary', this.#arguments(words), this.#options());
  }

  attempt(...words: string[]): Promise<Finished> {
    return run('notary', this.#arguments(words), this.#options());
  }

  async list(gun: string): Promise<ListedTag[]> {
    const lines = (await this.call('list', gun)).split('\n').slice(2);
    return lines.flatMap((line) => {
      const [tag, digest, size, role] = line.trim().split(/\s+/);
      return tag && digest && size && role ? [{ tag, digest: `sha256:${digest}`, size: Number(size), role }] : [];
    });
  }

  /** A repository of the client's own, with a delegation key in a file. */
  async init(gun: string, signer: string): Promise<void> {
    await this.call('init', gun, '-p');
    await this.call('key', 'rotate', gun, 'snapshot', '-r');
    await this.newSigner(signer);
    await this.call('delegation', 'add', gun, 'targets/releases', `${signer}.crt`, '--all-paths');
    await this.call('delegation', 'add', gun, `targets/${signer}`, `${signer}.crt`, '--all-paths', '-p');
    await this.call('key', 'import', `${signer}.key`, '--role', signer, '--gun', gun);
  }

  /** Makes the key and certificate of a signer in the client's folder. */
  async newSigner(signer: string): Promise<void> {
    const options = { cwd: this.folder };
    await succeed('openssl', ['ecparam', '-name', 'prime256v1', '-genkey', '-noout', '-out', `${signer}.key`], options);
    const self = ['-x509', '-new', '-key', `${signer}.key`, '-out', `${signer}.crt`, '-days', '300', '-subj', `/CN=${signer}`];
    await succeed('openssl', ['req', ...self], options);
  }

  async sign(gun: string, tag: string, digest: string, size: number, roles: readonly string[]): Promise<void> {
    const named = roles.flatMap((role) => ['-r', role]);
    await this.call('addhash', gun, tag, String(size), '--sha256', digest.replace('sha256:', ''), ...named);
    await this.call('publish', gun);
  }

  async writeFile(name: string, bytes: Uint8Array | string): Promise<string> {
    const path = join(this.folder, name);
    await writeFile(path, bytes);
    return path;
  }
}
