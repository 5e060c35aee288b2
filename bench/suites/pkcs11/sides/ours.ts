// Our backend at `backend.begin`.
import { job, serveRounds } from '../serve-rounds.js';
import { message, signedBytes } from '../work.js';
import { openOurs } from './open-ours.js';

const { backend, key } = await openOurs(job);
const { algorithm } = job;
const input = algorithm === 'ed25519' ? { message } : { digest: signedBytes(algorithm) };

serveRounds(
  async () => {
    const result = await backend.begin({ kind: 'sign', key, algorithm, input });
    if (!('done' in result)) throw new Error('the token asks people');
    return result.done;
  },
  () => backend.close(),
);
