// Preloaded into securosys-sign: writes down what the process is about to do to the outside, and ends it before the step that END_BEFORE names.
'use strict';
const files = require('node:fs');
const http = require('node:http');
const { basename } = require('node:path');

const last = Number(process.env.END_BEFORE);
let steps = 0;

function step(name) {
  if (++steps === last) process.kill(process.pid, 'SIGKILL');
  files.appendFileSync(process.env.STEPS, `${name}\n`);
}

// A record, or a file, comes to be by the first two and goes by the third; locks and temporary files are the store's own affair.
for (const name of ['link', 'linkSync', 'rename', 'renameSync', 'unlink', 'unlinkSync']) {
  for (const own of [files, files.promises]) {
    const real = own[name];
    if (!real) continue;
    own[name] = (...args) => {
      const target = basename(args.filter((arg) => typeof arg === 'string').at(-1));
      if (!/\.(?:lock|tmp)/.test(target)) step(`${name.replace('Sync', '')} ${target.replace(/[0-9a-f]{64}/, '…')}`);
      return real(...args);
    };
  }
}

const { request } = http;
http.request = (url, options, ...more) => {
  const what = `${options.method} ${url.pathname.replace(/[0-9a-f]{64}/, '…')}`;
  step(what);
  const sent = request(url, options, ...more);
  // What only reads leaves the same behind before its answer and after it.
  if (options.method !== 'GET') sent.prependOnceListener('response', () => step(`answer to ${what}`));
  return sent;
};
