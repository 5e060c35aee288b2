import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { type KeyBackend, sha256Hex, utf8Bytes } from '@securosys/core';
import { createOci, type Oci } from '@securosys/oci';
import { connectMemory, createMemoryStore, createSigner, prepareSigningRequest } from '@securosys/sign';
import { createFakeTsb } from '@securosys/tsb-emulator';
import { type Result, rounded } from '../../figure.js';

const images = 1_000;
const inFlight = 16;
const signatureMs = 100;
const atLeast = 0.9;
/** What the heap may grow by while a thousand signatures are made and attached, in MiB. */
const flatMiB = 16;

/** Images that differ in their layer, each under a tag of its own. */
async function fillLayout(oci: Oci, layout: string): Promise<readonly string[]> {
  const references: string[] = [];
  for (let i = 0; i < images; i++) {
    const reference = `oci:${layout}:app-${i}`;
    const repository = oci.open(reference);
    const layer = await repository.pushBlob(utf8Bytes(`layer ${i}`), 'application/vnd.oci.image.layer.v1.tar');
    const config = await repository.pushBlob(
      utf8Bytes('{"architecture":"amd64","os":"linux"}'),
      'application/vnd.oci.image.config.v1+json',
    );
    const mediaType = 'application/vnd.oci.image.manifest.v1+json';
    const manifest = utf8Bytes(JSON.stringify({ schemaVersion: 2, mediaType, config, layers: [layer] }));
    await repository.pushManifest(manifest, mediaType, { tag: `app-${i}` });
    references.push(reference);
  }
  return references;
}

/** A backend whose every signature takes as long as that of a device far away, and which counts how many it makes at once. */
function slowBackend(backend: KeyBackend) {
  const seen = { signatures: 0, now: 0, most: 0 };
  const slow: KeyBackend = {
    ...backend,
    id: backend.id,
    describeKey: (ref, options) => backend.describeKey(ref, options),
    close: () => backend.close(),
    async begin(operation, options) {
      seen.signatures++;
      seen.most = Math.max(seen.most, ++seen.now);
      await new Promise((resolve) => setTimeout(resolve, signatureMs));
      seen.now--;
      return backend.begin(operation, options);
    },
  };
  return { slow, seen };
}

/** Bytes on the heap that something still needs. */
function liveHeap(): number {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
  return process.memoryUsage().heapUsed;
}

/** A thousand images in one request, into one layout: how near that comes to what the backend alone would take, and what the heap does. */
export async function* requestFigures(note: (text: string) => void): AsyncIterable<Result> {
  const folder = await mkdtemp(join(tmpdir(), 'requests-'));
  try {
    const oci = createOci();
    const references = await fillLayout(oci, join(folder, 'layout'));
    const memory = connectMemory();
    const { spki } = await memory.createKey({ label: 'release', spec: 'ec-p256' });
    const authority = createFakeTsb().certificateAuthority;
    const chain = [await authority.issue({ spki, subject: 'CN=release,O=Acme,ST=Zurich,C=CH' }), await authority.root()];
    const { slow, seen } = slowBackend(memory);
    const signer = createSigner(slow, { label: 'release' }, { chain, store: createMemoryStore() });
    const start = performance.now();
    const request = await prepareSigningRequest(
      references.map((image) => ({ image, format: 'notation-jws' })),
      { signer, oci },
    );
    note(
      `prepared ${images} items in ${Math.round(performance.now() - start)} ms; id ${sha256Hex(utf8Bytes(request.id)).slice(0, 8)}`,
    );
    const before = liveHeap();
    const processor = process.cpuUsage();
    const loop = performance.eventLoopUtilization();
    const begun = performance.now();
    const { manifests } = await request.complete();
    const seconds = (performance.now() - begun) / 1_000;
    const { user, system } = process.cpuUsage(processor);
    const busy = performance.eventLoopUtilization(loop).utilization;
    note(
      `${seconds.toFixed(2)} s, of which the processor worked ${((user + system) / 1e6).toFixed(2)} s; event loop ${Math.round(busy * 100)} % busy`,
    );
    const growth = (liveHeap() - before) / (1 << 20);
    if (manifests.length !== images || seen.signatures !== images || seen.most > inFlight)
      throw new Error(`${manifests.length} manifests, ${seen.signatures} signatures, ${seen.most} at once`);
    const bound = inFlight / (signatureMs / 1_000);
    const ours = images / seconds;
    const ratio = rounded(ours / bound);
    yield {
      figure: {
        bench: 'workflow',
        figure: `sign ${images} images`,
        ours: rounded(ours),
        peer: 'backend alone',
        theirs: bound,
        ratio,
      },
      unit: 'images/s',
      goal: { text: `at least ${atLeast}`, met: ratio >= atLeast },
    };
    yield {
      figure: { bench: 'workflow', figure: 'heap growth', ours: rounded(growth), peer: 'flat', theirs: flatMiB, ratio: null },
      unit: 'MiB',
      goal: { text: `at most ${flatMiB} MiB`, met: growth <= flatMiB },
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
