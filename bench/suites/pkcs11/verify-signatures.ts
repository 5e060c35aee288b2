// Verifies every signature that it is sent, in a process of its own: what that takes in memory is not the signer's.
import { createPublicKey, verify } from 'node:crypto';
import { type Job, message } from './work.js';

/** What came of it. */
export interface Verified {
  readonly verified: number;
  readonly wrong: number;
}

/** Bytes of one P-256 signature, r‖s. */
const length = 64;
const job = JSON.parse(process.env.BENCH_JOB ?? '{}') as Job;
const key = createPublicKey({ key: Buffer.from(job.key.spki, 'base64'), format: 'der', type: 'spki' });

let [verified, wrong] = [0, 0];
let left = Buffer.alloc(0);
for await (const chunk of process.stdin) {
  const bytes = Buffer.concat([left, chunk as Buffer]);
  const whole = bytes.byteLength - (bytes.byteLength % length);
  for (let at = 0; at < whole; at += length)
    verify('sha256', message, { key, dsaEncoding: 'ieee-p1363' }, bytes.subarray(at, at + length)) ? verified++ : wrong++;
  left = bytes.subarray(whole);
}
if (left.byteLength > 0) wrong++;
process.send?.({ verified, wrong } satisfies Verified);
process.disconnect();
