import { createMemoryRegistry, createTestClock, type RegistryFault } from '@securosys/testing';
import { describe, expect, it } from 'vitest';
import { createOci, type UploadProgress } from '../src/index.js';
import { describe256 } from './support/images.js';

const octets = 'application/octet-stream';
const content = Uint8Array.from({ length: 1000 }, (_, i) => (i * 7) % 251);
const blob = describe256(content, octets);

function listening(fault?: RegistryFault) {
  const registry = createMemoryRegistry({ faults: fault ? [fault] : [] });
  const told: UploadProgress[] = [];
  const oci = createOci({
    clock: createTestClock(),
    random: () => 0.5,
    fetch: registry.fetch,
    onUpload: (progress) => told.push(progress),
  });
  return { told, app: oci.open('registry.example/app'), other: oci.open('registry.example/other') };
}
const steps = (told: readonly UploadProgress[]) => told.map(({ id, sent, ended }) => [id, sent, ended]);

describe('onUpload', () => {
  it('hears what the registry has taken, chunk by chunk, and the end', async () => {
    const { app, told } = listening();
    await app.pushBlobStream([content], octets, { chunkBytes: 400, size: 1000 });
    expect(told[0]).toEqual({ id: 1, repository: 'registry.example/app', mediaType: octets, size: 1000, sent: 0, ended: false });
    expect(steps(told)).toEqual([
      [1, 0, false],
      [1, 400, false],
      [1, 800, false],
      [1, 1000, false],
      [1, 1000, true],
    ]);
  });

  it('hears nothing of a blob that is there, or is mounted', async () => {
    const { app, other, told } = listening();
    await app.pushBlob(content, octets);
    expect(told.at(-1)).toMatchObject({ digest: blob.digest, size: 1000, sent: 1000, ended: true });
    const before = told.length;
    await app.pushBlob(content, octets);
    await other.pushBlobStream([content], octets, { expected: blob, mountFrom: 'app' });
    expect(told).toHaveLength(before);
  });

  it('hears the end of an upload that failed, and another one where it begins anew', async () => {
    let left = 1;
    const { app, told } = listening(async (request) => {
      if (request.method === 'PUT' && left-- > 0) throw new TypeError('fetch failed', { cause: new Error('reset') });
      return undefined;
    });
    await app.pushBlob(content, octets).catch(() => undefined);
    expect(told.filter(({ ended }) => ended).map(({ id }) => id)).toEqual([...new Set(told.map(({ id }) => id))]);
    expect(steps(told)[1]).toEqual([1, 0, true]);
  });

  it('is a function, or there is none', () => {
    expect(() => createOci({ onUpload: 'yes' as never })).toThrow('onUpload is a function');
  });
});
