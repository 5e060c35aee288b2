// The release pipeline in a process of its own, which dies at a step that it is told: no `finally` runs, nothing is flushed.
// Runs on the built packages.
import { writeSync } from 'node:fs';
import files from 'node:fs/promises';
import { requestApplication } from './request-application.mjs';

const { dieAt, ...orders } = JSON.parse(process.argv[2]);
const times = new Map();
const say = (what) => writeSync(1, `${JSON.stringify(what)}\n`);

/** Says that a step is done, and dies there if it is the one: `dieAt` is its name and how often it comes before. */
function step(name) {
  say({ step: name });
  const time = (times.get(name) ?? 0) + 1;
  times.set(name, time);
  if (dieAt && name === dieAt.name && time === dieAt.time) process.kill(process.pid, 'SIGKILL');
}

/** What a file is to the store or to the layout. */
function nameOf(path) {
  const file = path.split('/').at(-1);
  if (path.startsWith(orders.folder)) {
    if (file.endsWith('.tmp')) return 'store: a temporary file';
    if (/\.lock/.test(file)) return 'store: a lock';
    return `store: ${/^(requests|request|lease|used|tag)-/.exec(file)?.[1] ?? 'use of a key'}`;
  }
  if (!path.startsWith(orders.layout)) return undefined;
  if (file === 'index.json') return 'layout: index.json';
  return path.includes('/blobs/') && !file.endsWith('.tmp') ? 'layout: a blob' : 'layout: a temporary file';
}

const verbs = { open: 'begun', rename: 'put in place', unlink: 'deleted' };
for (const name of Object.keys(verbs)) {
  const original = files[name];
  files[name] = async (...args) => {
    const result = await original(...args);
    const what = (name !== 'open' || args[1] === 'wx') && nameOf(String(args[name === 'rename' ? 1 : 0]));
    if (what) step(`${what} ${verbs[name]}`);
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

const error = await requestApplication(orders, {
  fetch: watchedFetch,
  step: (name) => step(name.replace(/^request .*/, 'prepared')),
});
say(error === undefined ? { done: true } : { error });
