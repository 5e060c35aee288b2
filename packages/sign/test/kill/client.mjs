// A signing application in a process of its own, which can be told to die at a step: no `finally` runs, nothing is flushed.
// Runs on the built packages, because a compiler would take longer than the application.
import { writeSync } from 'node:fs';
import files from 'node:fs/promises';
import { createSigner } from '@securosys/core';
import { createFolderStore } from '@securosys/core/folder-store';
import { createTsbBackend } from '@securosys/tsb-client';

const { url, token, folder, dieAt, aheadMs, waitMs, message } = JSON.parse(process.argv[2]);
let steps = 0;

/** Says that a step is done, and dies there if it is the one. */
function step(name) {
  writeSync(1, `${JSON.stringify({ step: name })}\n`);
  if (++steps === dieAt) process.kill(process.pid, 'SIGKILL');
}

/** `node:fs/promises` is the one thing that the store does its work with. */
function watchFiles() {
  const done = {
    open: { lock: 'lock taken', tmp: 'record begun' },
    rename: { tmp: 'record put in place' },
    unlink: { lock: 'lock given back', json: 'record deleted' },
  };
  for (const name of ['open', 'rename', 'unlink']) {
    const original = files[name];
    files[name] = async (...args) => {
      const result = await original(...args);
      const path = String(args[0]);
      const what = path.startsWith(folder) && (name !== 'open' || args[1] === 'wx') && done[name][path.split('.').at(-1)];
      if (what) step(`store: ${what}`);
      return result;
    };
  }
}

/** Every call to the broker, as it leaves and as its answer comes. */
async function watchedFetch(input, init) {
  const name = `${init?.method ?? 'GET'} ${new URL(input).pathname.replace(/[0-9a-f-]{36}/, '{id}')}`;
  step(`before ${name}`);
  const answer = await fetch(input, init);
  step(`after ${name}`);
  return answer;
}

watchFiles();
const clock = {
  now: () => Date.now() + aheadMs,
  sleep: (ms, signal) => new Promise((resolve) => setTimeout(resolve, Math.min(ms, 20), signal)),
};
const auth = { type: 'token', token };
const backend = createTsbBackend({ url, auth, fetch: watchedFetch, clock, retries: 0 });
const signer = createSigner(backend, { label: 'release' }, { allowOpaque: true, store: createFolderStore(folder), clock });
try {
  step('start');
  const input = { message: new TextEncoder().encode(message) };
  const operation = await signer.begin({ algorithm: 'ecdsa-sha256', input });
  step('begun');
  if (waitMs > 0) {
    const signature = await operation.result({ timeoutMs: waitMs });
    writeSync(1, `${JSON.stringify({ signature: Buffer.from(signature).toString('base64') })}\n`);
    step('result kept');
    await operation.release();
    step('released');
  }
  writeSync(1, `${JSON.stringify({ done: true })}\n`);
} catch (error) {
  writeSync(1, `${JSON.stringify({ error: error.code ?? String(error) })}\n`);
} finally {
  await backend.close();
}
