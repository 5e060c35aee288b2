import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { notationTrust, signBlob, verifyBlob } from '@securosys/sign';
import { goJudge } from '../../judges/build-go.js';
import { described, run } from '../../lib/process.js';
import { formatIds, specs, type World } from './world.js';

const statement = {
  name: 'files',
  globalPolicy: true,
  signatureVerification: { level: 'strict' },
  trustStores: ['ca:acme'],
  trustedIdentities: ['x509.subject: C=CH, ST=Zurich, O=Acme'],
};

/** Detached signatures, which no released notation knows: the judge is a program made of its own library. */
export async function blobs({ report, scope, root, signer }: World): Promise<void> {
  const judge = await goJudge('notation-blob');
  if ('reason' in judge) {
    if (process.env.INTEROP === 'required') report.fail('the judge of blobs is built', new Error(judge.reason));
    else report.skip('blobs', judge.reason);
    return;
  }
  const folder = await scope.folder();
  const [rootPath, blob, other] = ['root.der', 'tool.tgz', 'other.tgz'].map((name) => join(folder, name)) as [
    string,
    string,
    string,
  ];
  const contents = randomBytes(300_000);
  await writeFile(rootPath, root);
  await writeFile(blob, contents);
  await writeFile(other, contents.with(1_000, (contents[1_000] ?? 0) ^ 1));
  const blobPolicy = { version: '1.0', trustPolicies: [statement] };
  const trust = notationTrust({ blobPolicy, trustStore: { 'ca:acme': [root] }, allowEmulated: true });
  for (const [format, spec] of formatIds.flatMap((one) => specs.map((two) => [one, two] as const)))
    await report.case(`notation-core-go accepts our ${format} ${spec} signature of a blob, and of no other blob`, async () => {
      const signature = await signBlob(createReadStream(blob), { signer: signer(spec), format, name: 'tool.tgz', expiry: '90d' });
      const path = join(folder, signature.fileName);
      await writeFile(path, signature.envelope);
      const judged = (file: string) => run(judge.program, [path, signature.mediaType, file, rootPath]);
      const [good, bad] = [await judged(blob), await judged(other)];
      assert.equal(good.code, 0, described('notation-blob', [], good));
      assert.equal(JSON.parse(good.stdout).targetArtifact.digest, signature.subject.digest);
      assert.equal(bad.code, 1, described('notation-blob', [], bad));
      await verifyBlob(createReadStream(blob), signature, { trust });
      await assert.rejects(verifyBlob(createReadStream(other), signature, { trust }), { code: 'ERR_NOT_TRUSTED' });
    });
}
