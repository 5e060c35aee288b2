import { sign } from 'node:crypto';
import { hashBytes, hexText, type JsonObject, SignError, sha256Hex } from '@securosys/core';
import { type TestKey, testKey } from '../../../pki/test/issue.js';
import { dctKey, type NotaryServer, type PublishedFile } from '../../src/index.js';
import { hashesJson } from '../../src/model/hashes.js';
import { readSignedFile } from '../../src/model/signed-file.js';
import { expiryText, messageOf, writeFile } from '../../src/publish/write-file.js';

const day = 24 * 3_600_000;

/** A file signed by Ed25519 keys. */
export function signedBy(signed: JsonObject, ...keys: readonly TestKey[]): Uint8Array {
  const message = messageOf(signed);
  return writeFile(
    message,
    keys.map((key) => ({
      keyId: dctKey(key.spki).id,
      method: 'eddsa',
      signature: new Uint8Array(sign(null, message, key.privateKey)),
    })),
  );
}

/** What a server has of a repository; tests change it as an attacker would. */
export class FakeNotary implements NotaryServer {
  readonly host = 'notary.example';
  /** Current files by role. */
  readonly files = new Map<string, Uint8Array>();
  /** Every file that ever was, by role and hash. */
  readonly byHashes = new Map<string, Uint8Array>();
  readonly roots = new Map<number, Uint8Array>();
  keys = { snapshot: testKey('ed25519', 'snapshot'), timestamp: testKey('ed25519', 'timestamp') };
  version = 0;
  now: number;
  /** Called before an update is taken; may throw, or change what is there. */
  onPublish: (files: readonly PublishedFile[]) => void = () => undefined;

  constructor(
    readonly gun: string,
    now: number,
  ) {
    this.now = now;
  }

  current: NotaryServer['current'] = async (role) => this.files.get(role);
  byHash: NotaryServer['byHash'] = async (role, sha256) => this.byHashes.get(`${role} ${sha256}`);
  rootVersion: NotaryServer['rootVersion'] = async (version) => this.roots.get(version);
  serverKey: NotaryServer['serverKey'] = async (role) => dctKey(this.keys[role].spki);
  rotateServerKey: NotaryServer['rotateServerKey'] = async (role) => {
    this.keys[role] = testKey('ed25519', `${role} ${Math.random()}`);
    return dctKey(this.keys[role].spki);
  };
  close = async () => undefined;

  async publish(files: readonly PublishedFile[]): Promise<void> {
    this.onPublish(files);
    for (const { role, bytes } of files) {
      const before = this.files.get(role);
      if (before && readSignedFile(role, bytes).version <= readSignedFile(role, before).version)
        throw new SignError('ERR_CONFLICT', 'VERSION', { details: { upstreamName: 'VERSION' } });
    }
    for (const { role, bytes } of files) this.put(role, bytes);
    this.list();
  }

  put(role: string, bytes: Uint8Array): void {
    this.files.set(role, bytes);
    this.byHashes.set(`${role} ${sha256Hex(bytes)}`, bytes);
    if (role === 'root') this.roots.set(readSignedFile('root', bytes).version, bytes);
  }

  #meta(roles: readonly string[]): JsonObject {
    const out: JsonObject = {};
    for (const role of roles) {
      const bytes = this.files.get(role);
      if (!bytes) continue;
      const sha512 = hexText(hashBytes('sha512', bytes));
      out[role] = hashesJson({ length: bytes.byteLength, sha256: sha256Hex(bytes), sha512 });
    }
    return out;
  }

  /** Makes snapshot and timestamp anew. */
  list(change: { readonly snapshot?: JsonObject; readonly timestamp?: JsonObject } = {}): void {
    this.version++;
    const roles = [...this.files.keys()].filter((role) => role !== 'snapshot' && role !== 'timestamp');
    this.put(
      'snapshot',
      signedBy(
        { _type: 'Snapshot', ...this.#common(1095 * day), meta: this.#meta(roles), ...change.snapshot },
        this.keys.snapshot,
      ),
    );
    this.#stamp(change.timestamp);
  }

  #common(lifetime: number): JsonObject {
    return { expires: expiryText(this.now + lifetime), version: this.version };
  }

  #stamp(change: JsonObject = {}): void {
    this.put(
      'timestamp',
      signedBy({ _type: 'Timestamp', ...this.#common(14 * day), meta: this.#meta(['snapshot']), ...change }, this.keys.timestamp),
    );
  }

  /** Puts other bytes where those are that were listed. */
  serve(role: string, bytes: Uint8Array): void {
    for (const name of this.byHashes.keys()) if (name.startsWith(`${role} `)) this.byHashes.set(name, bytes);
    this.files.set(role, bytes);
  }

  /** Lists other bytes as the ones that were published, with the keys that a server has. */
  relist(role: string, bytes: Uint8Array): void {
    this.files.set(role, bytes);
    this.byHashes.set(`${role} ${sha256Hex(bytes)}`, bytes);
    if (role === 'timestamp') return;
    if (role === 'snapshot') this.#stamp();
    else this.list();
  }

  /** The same server at this moment, which later changes do not reach. */
  copy(): FakeNotary {
    const other = new FakeNotary(this.gun, this.now);
    for (const [role, bytes] of this.files) other.files.set(role, bytes);
    for (const [name, bytes] of this.byHashes) other.byHashes.set(name, bytes);
    for (const [version, bytes] of this.roots) other.roots.set(version, bytes);
    other.keys = { ...this.keys };
    other.version = this.version;
    return other;
  }
}
