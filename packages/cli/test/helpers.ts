import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { base64Text, type KeySpec, utf8Bytes } from '@securosys/core';
import { handleNotation, type NotationAnswer, type NotationPlugin } from '@securosys/notation-envelope';
import { pemText } from '@securosys/pki';
import { connectTsb } from '@securosys/sign';
import { createFakeTsb, createTestClock, type TestClock, type TestKeyOptions, type TestTsb } from '@securosys/testing';
import { keyMaterial, rsaKey } from '../../../tests/rsa-key.js';
import type { BackendFactory } from '../src/backends/backends.js';
import { createSecurosysPlugin } from '../src/index.js';
import type { CommandRun } from '../src/notation/run-command.js';
import { runCommand } from '../src/notation/run-command.js';

export const payloadType = 'application/vnd.cncf.notary.payload.v1+json';
export const jws = 'application/jose+json';
export const cose = 'application/cose';

export const target = {
  mediaType: 'application/vnd.oci.image.manifest.v1+json',
  digest: `sha256:${'ab'.repeat(32)}`,
  size: 528,
};
export const payloadOf = (artifact: object): Uint8Array => utf8Bytes(JSON.stringify({ targetArtifact: artifact }));

export interface World {
  readonly tsb: TestTsb;
  readonly clock: TestClock;
  readonly folder: string;
  readonly env: Record<string, string>;
  readonly backends: Readonly<Record<string, BackendFactory>>;
  readonly plugin: NotationPlugin;
  /** Puts a key with certificates of the emulator's CA into the TSB. */
  addKey(label: string, spec?: KeySpec, more?: Partial<TestKeyOptions>): Promise<Uint8Array[]>;
  /** One start of the plugin. */
  ask(command: string, request: object | string, plugin?: NotationPlugin): Promise<Asked>;
  envelope(label: string, more?: object, plugin?: NotationPlugin): Promise<Asked>;
  command(...args: string[]): Promise<CommandRun>;
  writeConfig(change?: object): void;
  /** Awaited before each call that reaches the TSB. */
  beforeCall: () => Promise<void>;
}

/** An answer, read as the host reads it. */
export interface Asked extends NotationAnswer {
  readonly answer: Record<string, unknown>;
  readonly error: { errorCode: string; errorMessage: string; errorMetadata?: Record<string, string> };
}

const folders: string[] = [];
/** For `afterAll` of each file: files share this module, and a hook in it would be the first one's only. */
export function removeWorlds(): void {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
}

/** A TSB, an empty configuration of Notation, and the plugin between them. */
export function createWorld(stdin: string = ''): World {
  const clock = createTestClock('2026-03-01T00:00:00Z');
  const tsb = createFakeTsb({ clock, attestationKey: rsaKey() });
  const folder = mkdtempSync(join(tmpdir(), 'cli-'));
  folders.push(folder);
  const env = { NOTATION_CONFIG: folder };
  const factory: BackendFactory = async (settings, { keyPassword }) => {
    const { auth, url, allowPasswordInRequest, partition } = await settings.tsb();
    return connectTsb({
      url,
      auth,
      allowPasswordInRequest,
      fetch: async (...args) => {
        await world.beforeCall();
        return tsb.fetch(...args);
      },
      clock,
      random: () => 0.5,
      ...(partition !== undefined && { partition }),
      ...(keyPassword && { keyPassword }),
    });
  };
  const backends = { tsb: factory };
  const plugin = createSecurosysPlugin({ backends, clock });
  const configFolder = join(folder, 'securosys');
  const writeConfig = (change: object = {}) => {
    const config = { restApi: tsb.url, authType: 'TOKEN', token: tsb.token, allowEmulated: true, ...change };
    writeFileSync(join(configFolder, 'config.json'), JSON.stringify(config), { mode: 0o600 });
  };
  mkdirSync(configFolder, { mode: 0o700 });
  writeConfig();
  const ask: World['ask'] = async (command, request, own = plugin) => {
    const text = typeof request === 'string' ? request : JSON.stringify(request);
    const answer = await handleNotation({ argv: [command], stdin: utf8Bytes(text), env }, own);
    const [written, other] = answer.exitCode === 0 ? [answer.stdout, answer.stderr] : [answer.stderr, answer.stdout];
    if (other !== '') throw new Error('the other stream has to stay empty');
    const parsed = JSON.parse(written);
    return { ...answer, answer: parsed, error: parsed };
  };
  const world: World = {
    tsb,
    beforeCall: async () => undefined,
    clock,
    folder,
    env,
    backends,
    plugin,
    ask,
    writeConfig,
    addKey: async (label, spec = 'ec-p256', more = {}) => {
      const ca = tsb.certificateAuthority;
      const { spki } = await tsb.addKey({ label, ...keyMaterial(spec), ...more });
      const chain = [await ca.issue({ spki, subject: 'CN=release,O=Acme,ST=Zurich,C=CH' }), await ca.root()];
      const file = join(folder, `${label}.pem`);
      writeFileSync(file, chain.map((der) => pemText(der, 'CERTIFICATE')).join(''));
      const password = more.password === undefined ? [] : ['--password-env', 'KEY_PASSWORD'];
      if (more.password !== undefined) Object.assign(env, { KEY_PASSWORD: more.password });
      const run = await runCommand(['import-certificate', '--key', label, '--certificate', file, ...password], processOf());
      if (run.exitCode !== 0) throw new Error(run.stderr);
      return chain;
    },
    envelope: (label, more = {}, own = plugin) =>
      ask(
        'generate-envelope',
        {
          contractVersion: '1.0',
          keyId: label,
          payloadType,
          signatureEnvelopeType: jws,
          payload: base64Text(payloadOf(target)),
          ...more,
        },
        own,
      ),
    command: (...args) => runCommand(args, processOf()),
  };
  return world;

  function processOf() {
    return {
      env,
      programFile: join(folder, 'bin', 'notation-securosys'),
      clock,
      backends,
      stdin: async () => utf8Bytes(stdin),
      tell: () => undefined,
    };
  }
}

/** Two of three have to approve each use. */
export const people = { quorum: 2, of: ['Ada', 'Ben', 'Cleo'] } as const;

/** What people do while whoever asked is waiting already and has looked twice. */
export function meanwhile(world: World, act: (requestId: string) => Promise<void>): void {
  let looks = 0;
  world.beforeCall = async () => {
    const waiting = world.tsb.requests.filter(({ status }) => status === 'PENDING');
    if (waiting.length === 0 || looks++ < 2) return;
    for (const { id } of waiting) await act(id);
  };
}

/** Two of them approve. */
export async function approveAll({ tsb }: World, id: string): Promise<void> {
  await tsb.approve(id, 'Ada');
  await tsb.approve(id, 'Cleo');
}

/** The plugin, with something that happens whenever it tells how a request stands. */
export function whileWaiting(plugin: NotationPlugin, event: (requestId: string, looks: number) => Promise<void>): NotationPlugin {
  let looks = 0;
  return Object.create(plugin, {
    onProgress: {
      value: async (...args: Parameters<NonNullable<NotationPlugin['onProgress']>>) => {
        await plugin.onProgress?.(...args);
        await event(args[0].requestId ?? '', looks++);
      },
    },
  }) as NotationPlugin;
}
