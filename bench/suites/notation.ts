import type { Suite } from '../figure.js';
import { goPeer, peerName } from '../peer.js';
import { manySignaturesFigure } from './notation/many-signatures.js';
import { mutantFigure } from './notation/mutants.js';
import { pluginFigure } from './notation/plugin.js';
import { signFigure } from './notation/sign.js';
import { verifyFigures } from './notation/verify.js';

/** Notary signatures as JWS and COSE envelopes in all six algorithms, against the library of the Notation programs. */
export const suite: Suite = {
  title: 'envelopes of the Notary Project, operations per second of processor time',
  async *run(note) {
    const built = await goPeer(peerName);
    if ('reason' in built) note(`${peerName} was not built: ${built.reason}`);
    const peer = 'reason' in built ? undefined : built;
    yield* verifyFigures(peer);
    yield await signFigure(peer);
    yield await mutantFigure(note);
    yield* manySignaturesFigure(note);
    yield* pluginFigure(note);
  },
};
