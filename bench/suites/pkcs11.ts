import { rm } from 'node:fs/promises';
import { nss, softhsm, withKeys } from '../../interop/suites/pkcs11/tokens.js';
import { nssModule } from '../../packages/pkcs11/test/nss.js';
import type { Result, Suite } from '../figure.js';
import { buildSigner } from './pkcs11/c-signer.js';
import { million } from './pkcs11/million.js';
import { nssLoad } from './pkcs11/nss-load.js';
import { slowModule } from './pkcs11/slow-module.js';
import { throughput } from './pkcs11/throughput.js';
import { works } from './pkcs11/work.js';

/** Each figure is a file of `pkcs11/`. */
export const suite: Suite = {
  title: 'signatures per second of the wall clock over PKCS#11, against C threads on the same token',
  async *run(note) {
    const program = await buildSigner();
    const soft = softhsm();
    try {
      const token = await withKeys(
        soft,
        works.map(({ spec }) => spec),
      );
      yield* throughput(token, program, note);
      yield* slowModule(token, program);
      yield* onNss(program, note);
      yield* million(token, note);
    } finally {
      await rm(soft.folder, { recursive: true, force: true });
    }
  },
};

async function* onNss(program: string, note: (text: string) => void): AsyncIterable<Result> {
  if (nssModule === undefined) {
    note('NSS is not installed (libnss3, libnss3-tools)');
    return;
  }
  const token = await nss();
  try {
    yield* nssLoad(token, program);
  } finally {
    await rm(token.folder, { recursive: true, force: true });
  }
}
