import { createHash } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

interface Described {
  digest: string;
  size: number;
}

interface Layer extends Described {
  annotations: Record<string, string>;
}

/** An image in a layout that somebody has changed, with every digest made right again: only what is authenticated tells. */
export interface Tampering {
  /** Changes the packet of a layer, which is JSON. */
  readonly packet?: (packet: Record<string, unknown>) => void;
  /** Changes the encrypted layer. */
  readonly layer?: (blob: Buffer) => void;
}

const scheme = 'org.opencontainers.image.enc.keys.provider.hsm';
const folderOf = (reference: string): string => reference.replace(/^oci:/, '').replace(/:[^:/]*$/, '');
const pathOf = (folder: string, digest: string): string => join(folder, 'blobs', 'sha256', digest.replace('sha256:', ''));

async function store(folder: string, bytes: Buffer): Promise<Described> {
  const digest = `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
  await writeFile(pathOf(folder, digest), bytes);
  return { digest, size: bytes.byteLength };
}

/** Changes the first layer of an image of one platform. */
export async function tamper(reference: string, { packet, layer }: Tampering): Promise<void> {
  const folder = folderOf(reference);
  const indexFile = join(folder, 'index.json');
  const index = JSON.parse(await readFile(indexFile, 'utf8')) as { manifests: [Described] };
  const manifest = JSON.parse(await readFile(pathOf(folder, index.manifests[0].digest), 'utf8')) as { layers: [Layer] };
  const [first] = manifest.layers;
  if (packet) {
    const json = JSON.parse(Buffer.from(first.annotations[scheme] as string, 'base64').toString());
    packet(json);
    first.annotations[scheme] = Buffer.from(JSON.stringify(json)).toString('base64');
  }
  if (layer) {
    const blob = await readFile(pathOf(folder, first.digest));
    layer(blob);
    Object.assign(first, await store(folder, blob));
  }
  Object.assign(index.manifests[0], await store(folder, Buffer.from(JSON.stringify(manifest))));
  await writeFile(indexFile, JSON.stringify(index));
}

/** Text of base64 with one bit of its first byte flipped. */
export function flipped(text: unknown): string {
  const bytes = Buffer.from(String(text), 'base64');
  bytes[0] = (bytes[0] as number) ^ 1;
  return bytes.toString('base64');
}
