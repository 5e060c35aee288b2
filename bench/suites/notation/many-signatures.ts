import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { attachSignature, notationJws } from '@securosys/notation-envelope';
import { createOci } from '@securosys/sign';
import { Scope } from '../../../interop/lib/scope.js';
import { packedLayout } from '../../../interop/suites/notation/layouts.js';
import { notationCorpus } from '../../corpus/notation.js';
import { type Result, rounded } from '../../figure.js';
import { outFolder } from '../../peer.js';

const execute = promisify(execFile);
const signatures = 1_000;
const atMostMegabytes = 200;
const cwd = fileURLToPath(new URL('../..', import.meta.url));

/** A process of its own with nothing but the façade: lists all signatures, then judges every one by a policy that none of them meets. */
const program = `
import { evaluateImage, listSignatures, notationTrust } from '@securosys/sign';
const [reference, root, count] = process.argv.slice(1);
const start = performance.now();
const listed = await listSignatures(reference, { maxSignatures: Number(count) });
const between = performance.now();
const policy = { version: '1.0', trustPolicies: [{ name: 'bench', registryScopes: ['*'], signatureVerification: { level: 'strict' },
  trustStores: ['ca:bench'], trustedIdentities: ['x509.subject: C=CH, ST=ZH, O=nobody'] }] };
const trust = notationTrust({ policy, trustStore: { 'ca:bench': [new Uint8Array(Buffer.from(root, 'base64'))] }, maxSignatures: Number(count) });
const { verdict, signatures } = await evaluateImage(reference, { trust });
const megabytes = process.resourceUsage().maxRSS / 1024;
console.log(JSON.stringify({ listed: listed.signatures.length, judged: signatures.length, verdict, megabytes,
  listMs: between - start, judgeMs: performance.now() - between }));
`;

interface Answer {
  readonly listed: number;
  readonly judged: number;
  readonly verdict: string;
  readonly megabytes: number;
  readonly listMs: number;
  readonly judgeMs: number;
}

/** Listing and judging a thousand signatures of one image in a layout. */
export async function* manySignaturesFigure(note: (text: string) => void): AsyncIterable<Result> {
  const scope = new Scope();
  try {
    const { layout, digest } = await packedLayout(scope);
    const repository = createOci().open(`oci:${layout}@${digest}`);
    const { descriptor: subject } = await repository.resolve();
    const { signer, root } = await notationCorpus(
      'ec-p256',
      { signers: 1, envelopesOfEach: 1 },
      join(outFolder, 'notation', 'many'),
    );
    const { spec, spki } = await signer.describe();
    const chain = await signer.chain();
    for (let index = 0; index < signatures; index++) {
      const prepared = notationJws.prepare(subject, { spec, spki, chain }, { annotations: { build: String(index) } });
      const made: Record<string, Uint8Array> = {};
      for (const { id, algorithm, input, domain, facts } of prepared.parts)
        made[id] = await signer.sign({ algorithm, input, domain, facts });
      await attachSignature(repository, prepared.assemble(made), subject);
    }
    const args = [
      '--input-type=module',
      '-e',
      program,
      `oci:${layout}@${digest}`,
      Buffer.from(root).toString('base64'),
      String(signatures),
    ];
    const { NODE_OPTIONS: _, ...env } = process.env;
    const { stdout } = await execute(process.execPath, args, { cwd, env });
    const { listed, judged, verdict, megabytes, listMs, judgeMs } = JSON.parse(stdout) as Answer;
    if (listed !== signatures || judged !== signatures || verdict !== 'not-trusted')
      throw new Error(`${listed} signatures listed and ${judged} judged: ${verdict}`);
    note(`${signatures} signatures listed in ${rounded(listMs)} ms, judged in ${rounded(judgeMs)} ms on the wall clock`);
    yield {
      figure: {
        bench: 'notation',
        figure: `${signatures} signatures, memory`,
        ours: rounded(megabytes),
        peer: 'none',
        theirs: null,
        ratio: null,
      },
      unit: 'MB',
      goal: { text: `at most ${atMostMegabytes} MB`, met: megabytes <= atMostMegabytes },
    };
  } finally {
    await scope.close();
  }
}
