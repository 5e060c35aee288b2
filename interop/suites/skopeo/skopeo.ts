import assert from 'node:assert/strict';
import { described, type Finished, type RunOptions, run } from '../../lib/process.js';
import type { Scope } from '../../lib/scope.js';

/** The programs that judge: ocicrypt 1.1.10 in both, containers/image 5.39 and 5.34. */
export const versions = ['skopeo', 'skopeo18'] as const;
export type Version = (typeof versions)[number];

/** What skopeo is told about keys. */
export interface SkopeoKeys {
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

/** `skopeo copy` between the references of our library, with nothing of this machine's own configuration. */
export class Skopeo {
  readonly #home: string;

  private constructor(home: string) {
    this.#home = home;
  }

  static async create(scope: Scope): Promise<Skopeo> {
    return new Skopeo(await scope.folder());
  }

  /** Copies, whatever comes of it. */
  copy(version: Version, from: string, to: string, { args, env }: SkopeoKeys, options: RunOptions = {}): Promise<Finished> {
    const transport = (reference: string) => (reference.startsWith('oci:') ? reference : `docker://${reference}`);
    const insecure = ['--src-tls-verify=false', '--dest-tls-verify=false'];
    const all = ['--insecure-policy', 'copy', '--quiet', ...insecure, ...args, transport(from), transport(to)];
    const own = { PATH: process.env.PATH, HOME: this.#home, XDG_RUNTIME_DIR: this.#home, TMPDIR: this.#home };
    return run(version, all, { ...options, env: { ...own, ...env } });
  }

  /** Copies, which has to succeed. */
  async mustCopy(version: Version, from: string, to: string, keys: SkopeoKeys): Promise<void> {
    const finished = await this.copy(version, from, to, keys);
    assert.equal(finished.code, 0, described(version, [...keys.args, from, to], finished));
  }
}
