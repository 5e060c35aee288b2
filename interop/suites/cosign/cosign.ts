import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { described, type Finished, type RunOptions, run } from '../../lib/process.js';
import type { Scope } from '../../lib/scope.js';

/** The programs that judge: 3.1.1 and 2.5.0. */
export const versions = ['cosign', 'cosign2'] as const;
export type Version = (typeof versions)[number];

/** Every file of cosign's own is encrypted with it. */
const password = 'of nobody';

/** Runs both versions of cosign, offline, with nothing of this machine's own configuration. */
export class Cosign {
  readonly folder: string;
  readonly #env: NodeJS.ProcessEnv;

  private constructor(folder: string, env: NodeJS.ProcessEnv) {
    this.folder = folder;
    this.#env = env;
  }

  static async create(scope: Scope): Promise<Cosign> {
    const folder = await scope.folder();
    const env = { PATH: process.env.PATH, HOME: folder, DOCKER_CONFIG: join(folder, 'docker'), COSIGN_PASSWORD: password };
    const cosign = new Cosign(folder, env);
    // One line each takes the place of what is otherwise asked for on the internet (`cosign.md` §9).
    const files = {
      [cosign.signingConfig]: 'application/vnd.dev.sigstore.signingconfig.v0.2+json',
      [cosign.trustedRoot]: 'application/vnd.dev.sigstore.trustedroot+json;version=0.1',
    };
    for (const [path, mediaType] of Object.entries(files)) await writeFile(path, JSON.stringify({ mediaType }));
    return cosign;
  }

  /** A configuration without any service. */
  get signingConfig(): string {
    return join(this.folder, 'signing-config.json');
  }

  /** A root that trusts nobody. */
  get trustedRoot(): string {
    return join(this.folder, 'trusted-root.json');
  }

  /** The same programs with more in their environment, and folders first on their `PATH`. */
  with(env: Readonly<Record<string, string>>, ...folders: string[]): Cosign {
    const PATH = [...folders, this.#env.PATH].join(':');
    return new Cosign(this.folder, { ...this.#env, ...env, PATH });
  }

  /** Runs it, whatever comes of it. */
  run(version: Version, args: readonly string[], options: RunOptions = {}): Promise<Finished> {
    return run(version, args, { env: this.#env, cwd: this.folder, ...options });
  }

  /** Runs it, which has to succeed, and returns its standard output. */
  async must(version: Version, args: readonly string[], options: RunOptions = {}): Promise<string> {
    const finished = await this.run(version, args, options);
    assert.equal(finished.code, 0, described(version, args, finished));
    return finished.stdout;
  }
}
