// The application in a process of its own, which dies at a step that it is told: no `finally` runs, nothing is flushed.
// Runs on the built packages.
import { writeSync } from 'node:fs';
import files from 'node:fs/promises';
import { application } from './application.mjs';

const { dieAt, ...orders } = JSON.parse(process.argv[2]);
let steps = 0;
const say = (what) => writeSync(1, `${JSON.stringify(what)}\n`);

/** Says that a step is done, and dies there if it is the one. */
function step(name) {
  say({ step: name });
  if (++steps === dieAt) process.kill(process.pid, 'SIGKILL');
}

/** `node:fs/promises` is the one thing that the store does its work with. */
const done = {
  open: { lock: 'lock taken', tmp: 'record begun' },
  rename: { tmp: 'record put in place' },
  unlink: { lock: 'lock given back', json: 'record deleted' },
};
for (const name of Object.keys(done)) {
  const original = files[name];
  files[name] = async (...args) => {
    const result = await original(...args);
    const path = String(args[0]);
    const ours = path.startsWith(orders.folder) && (name !== 'open' || args[1] === 'wx');
    const what = ours && done[name][path.split('.').at(-1)];
    if (what) step(`store: ${what}`);
    return result;
  };
}

/** Every call to the broker, as it leaves and as its answer comes. */
async function watchedFetch(input, init) {
  const name = `${init?.method ?? 'GET'} ${new URL(input).pathname.replace(/[0-9a-f-]{36}/, '{id}')}`;
  step(`before ${name}`);
  const answer = await fetch(input, init);
  step(`after ${name}`);
  return answer;
}

const error = await application(orders, { fetch: watchedFetch, step, keep: (signature) => say({ signature }) });
say(error === undefined ? { done: true } : { error });
