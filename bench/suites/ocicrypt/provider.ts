import assert from 'node:assert/strict';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import * as grpc from '@grpc/grpc-js';
import { run } from '../../../interop/lib/process.js';
import { Scope } from '../../../interop/lib/scope.js';
import { grpcCaller } from '../../../interop/suites/skopeo/grpc-caller.js';
import { type Result, rounded } from '../../figure.js';
import { median } from '../../measure.js';
import { type ProviderWorld, providerWorld } from './provider-world.js';

/** What the process may take over an empty start of Node and the backend's own call. */
const overStartMs = 40;
/** What the service may take over the backend's own call. */
const overBackendMs = 3;
const starts = 21;
const calls = 200;
const warmUp = 50;

async function milliseconds(what: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await what();
  return performance.now() - start;
}

function result(figure: string, times: readonly number[], peer: string, allowed: number): Result {
  const ours = median(times);
  return {
    figure: { bench: 'ocicrypt', figure, ours: rounded(ours), peer, theirs: rounded(allowed), ratio: null },
    unit: 'ms',
    goal: { text: 'at most that', met: ours <= allowed },
  };
}

async function command({ command: { path, args }, request, answer, backendCall }: ProviderWorld, note: (text: string) => void) {
  // As callers start it: what else the process that runs us has, such as certificates to be read at each start, is not for others.
  const { PATH, HOME } = process.env;
  const env = { PATH, HOME };
  const stdin = JSON.stringify(request);
  const unwrap = async () => {
    const { code, stdout, stderr } = await run(path, args, { env, stdin });
    assert.equal(code, 0, stderr);
    assert.equal(JSON.parse(stdout).keyunwrapresults.optsdata, answer);
  };
  const times = { unwrap: [] as number[], empty: [] as number[], backend: [] as number[] };
  for (let i = 0; i < starts; i++) {
    times.unwrap.push(await milliseconds(unwrap));
    times.empty.push(await milliseconds(() => run(process.execPath, ['-e', '0'], { env })));
    times.backend.push(await milliseconds(backendCall));
  }
  const [empty, backend] = [median(times.empty), median(times.backend)];
  const least = Math.min(...times.unwrap) - Math.min(...times.empty) - Math.min(...times.backend);
  note(
    `an empty Node takes ${rounded(empty)} ms, the backend ${rounded(backend)} ms; the fastest starts differ by ${rounded(least)} ms`,
  );
  return result(
    'keyunwrap, whole process',
    times.unwrap,
    `empty Node + backend + ${overStartMs} ms`,
    empty + backend + overStartMs,
  );
}

async function service(scope: Scope, { request, answer, backendCall, serve }: ProviderWorld) {
  const target = await serve(['--socket', join(await scope.folder(), 'own', 'provider.sock')]);
  const ask = grpcCaller(scope, target, grpc.credentials.createInsecure());
  const unwrap = async () => assert.equal((await ask('UnWrapKey', request)).keyunwrapresults?.optsdata, answer);
  const times = { unwrap: [] as number[], backend: [] as number[] };
  for (let i = 0; i < warmUp + calls; i++) {
    const taken = [await milliseconds(unwrap), await milliseconds(backendCall)] as const;
    if (i < warmUp) continue;
    times.unwrap.push(taken[0]);
    times.backend.push(taken[1]);
  }
  return result('UnWrapKey over gRPC', times.unwrap, `backend + ${overBackendMs} ms`, median(times.backend) + overBackendMs);
}

/** What it takes to have one key unwrapped by the provider, over the emulator in this process. */
export async function* provider(note: (text: string) => void): AsyncIterable<Result> {
  const scope = new Scope();
  try {
    const world = await providerWorld(scope);
    yield await command(world, note);
    yield await service(scope, world);
  } finally {
    await scope.close();
  }
}
