import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type KeySpec, utf8Bytes } from '@securosys/core';
import { createOci, type Oci } from '@securosys/oci';
import { pemText } from '@securosys/pki';
import { connectTsb } from '@securosys/sign';
import {
  createFakeTsb,
  createMemoryRegistry,
  createTestClock,
  type MemoryRegistry,
  type TestClock,
  type TestKeyOptions,
  type TestTsb,
} from '@securosys/testing';
import { keyMaterial, rsaKey } from '../../../../tests/rsa-key.js';
import type { BackendFactory } from '../../src/backends/backends.js';
import type { SecurosysSignIo } from '../../src/securosys-sign/io.js';
import { runSecurosysSign } from '../../src/securosys-sign/run.js';

/** What a run came to. */
export interface Run {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
  /** Lines of stdout, parsed. */
  readonly results: readonly Record<string, unknown>[];
}

/** A user at a terminal or in CI, with a TSB, a registry and a layout. */
export interface SignWorld {
  readonly tsb: TestTsb;
  readonly clock: TestClock;
  readonly folder: string;
  readonly env: Record<string, string>;
  readonly registry: MemoryRegistry;
  readonly oci: Oci;
  /** `oci:<folder>:1.4`, an image. */
  readonly image: string;
  /** Of that image. */
  readonly digest: string;
  /** Awaited before each call that reaches the TSB. */
  beforeCall: () => Promise<void>;
  run(...words: string[]): Promise<Run>;
  /** The same, in another process. */
  runWith(io: Partial<SecurosysSignIo>, ...words: string[]): Promise<Run>;
  writeConfig(change?: object): void;
  /** A file in the folder. */
  write(name: string, contents: string | Uint8Array): string;
  /** Puts a key into the TSB, and its certificates into a file. @returns paths of the chain and of its root */
  addKey(
    label: string,
    spec?: KeySpec,
    more?: Partial<TestKeyOptions>,
  ): Promise<{ chain: string; root: string; spki: Uint8Array }>;
}

const folders: string[] = [];
/** For `afterAll` of each file. */
export function removeSignWorlds(): void {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
}

/** Pushes a small image under a tag. */
export async function pushImage(oci: Oci, reference: string, content = 'hello'): Promise<string> {
  const repository = oci.open(reference);
  const type = 'application/vnd.oci.image';
  const layer = await repository.pushBlob(utf8Bytes(content), `${type}.layer.v1.tar`);
  const described = { architecture: 'amd64', os: 'linux', rootfs: { type: 'layers', diff_ids: [layer.digest] } };
  const config = await repository.pushBlob(utf8Bytes(JSON.stringify(described)), `${type}.config.v1+json`);
  const mediaType = `${type}.manifest.v1+json`;
  const manifest = utf8Bytes(JSON.stringify({ schemaVersion: 2, mediaType, config, layers: [layer] }));
  return (await repository.pushManifest(manifest, mediaType, { tag: reference.split(':').at(-1) as string })).digest;
}

export async function createSignWorld(): Promise<SignWorld> {
  const clock = createTestClock('2026-03-01T00:00:00Z');
  const tsb = createFakeTsb({ clock, attestationKey: rsaKey() });
  const folder = mkdtempSync(join(tmpdir(), 'securosys-sign-'));
  folders.push(folder);
  const registry = createMemoryRegistry();
  const oci = createOci({ clock, fetch: registry.fetch });
  const env: Record<string, string> = { XDG_CONFIG_HOME: folder, HOME: folder };
  const factory: BackendFactory = async (settings, { keyPassword }) => {
    const { auth, url } = await settings.tsb();
    const fetch: typeof tsb.fetch = async (...args) => {
      await world.beforeCall();
      return tsb.fetch(...args);
    };
    return connectTsb({ url, auth, fetch, clock, random: () => 0.5, ...(keyPassword && { keyPassword }) });
  };
  const image = `oci:${join(folder, 'app')}:1.4`;
  const write = (name: string, contents: string | Uint8Array): string => {
    writeFileSync(join(folder, name), contents, { mode: 0o600 });
    return join(folder, name);
  };
  mkdirSync(join(folder, 'securosys', 'sign'), { recursive: true, mode: 0o700 });
  const writeConfig = (change: object = {}): void => {
    write('securosys/sign/config.json', JSON.stringify({ restApi: tsb.url, token: tsb.token, allowEmulated: true, ...change }));
  };
  writeConfig();
  const runWith: SignWorld['runWith'] = async (change, ...words) => {
    let [stdout, stderr] = ['', ''];
    const io: SecurosysSignIo = {
      env,
      stdin: (async function* () {})(),
      stdout: { write: (text) => (stdout += text) },
      stderr: { write: (text) => (stderr += text) },
      folder,
      programFile: join(folder, 'bin', 'securosys-sign'),
      clock,
      backends: { tsb: factory },
      fetch: registry.fetch,
      ...change,
    };
    const code = await runSecurosysSign(words, io);
    const json = stdout.split('\n').filter((line) => line.startsWith('{'));
    return { code, stdout, stderr, results: json.map((line) => JSON.parse(line)) };
  };
  const world: SignWorld = {
    tsb,
    clock,
    folder,
    env,
    registry,
    oci,
    image,
    digest: await pushImage(oci, image),
    beforeCall: async () => undefined,
    runWith,
    run: (...words) => runWith({}, ...words),
    writeConfig,
    write,
    addKey: async (label, spec = 'ec-p256', more = {}) => {
      const authority = tsb.certificateAuthority;
      const { spki } = await tsb.addKey({ label, ...keyMaterial(spec), ...more });
      const root = await authority.root();
      const leaf = await authority.issue({ spki, subject: `CN=${label},O=Acme,ST=Zurich,C=CH` });
      const pem = (list: readonly Uint8Array[]) => list.map((der) => pemText(der, 'CERTIFICATE')).join('');
      return { chain: write(`${label}.pem`, pem([leaf, root])), root: write('root.pem', pem([root])), spki };
    },
  };
  return world;
}

/** Two of three have to approve each use. */
export const people = { quorum: 2, of: ['Ada', 'Ben', 'Cleo'] } as const;
