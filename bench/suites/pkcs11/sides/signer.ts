// Our backend behind `createSigner`, which hashes and verifies each signature.
import { createSigner } from '@securosys/core';
import { job, serveRounds } from '../serve-rounds.js';
import { openOurs } from './open-ours.js';

const { backend, key } = await openOurs(job);
const signer = createSigner(backend, key, { allowOpaque: true });

// Of equal messages the second is the first one's result: each is another.
let count = 0;
serveRounds(
  async () => {
    const message = Buffer.alloc(32);
    message.writeUInt32BE(count++);
    return { signature: await signer.sign({ algorithm: job.algorithm, input: { message } }), message };
  },
  () => backend.close(),
);
