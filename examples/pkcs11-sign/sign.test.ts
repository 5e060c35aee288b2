import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { packFolder } from '@securosys/oci/pack';
import { connectPkcs11, notationTrust, verifyImage } from '@securosys/sign';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { signWithToken } from './sign.js';
import { softhsmModule, temporaryToken } from './softhsm.js';

const needed = softhsmModule ? '' : '(skipped: SoftHSM2 is not installed)';

describe.skipIf(!softhsmModule)(`signing with a token of SoftHSM2 ${needed}`, () => {
  const before = process.env.SOFTHSM2_CONF;
  let token: ReturnType<typeof temporaryToken>;
  let folder: string;
  beforeAll(async () => {
    token = temporaryToken('example', '1234-secret');
    folder = await mkdtemp(join(tmpdir(), 'pkcs11-sign-image-'));
  });
  afterAll(async () => {
    token.remove();
    await rm(folder, { recursive: true });
    if (before === undefined) delete process.env.SOFTHSM2_CONF;
    else process.env.SOFTHSM2_CONF = before;
  });

  it('makes the key and its certificate once, and both images are trusted by it', async () => {
    const app = join(folder, 'app');
    await mkdir(app);
    await writeFile(join(app, 'file'), 'app');
    await packFolder(app, join(folder, 'layout'), { tag: 'one' });
    await packFolder(app, join(folder, 'other'), { tag: 'two' });
    const images = [`oci:${join(folder, 'layout')}:one`, `oci:${join(folder, 'other')}:two`] as const;
    const backend = await connectPkcs11({
      module: softhsmModule ?? '',
      tokenLabel: 'example',
      pin: '1234-secret',
      pinStateFolder: false,
    });
    try {
      const [first, second] = [await signWithToken(backend, images[0]), await signWithToken(backend, images[1])];
      expect(second.chain).toEqual(first.chain);
      const scope = { registryScopes: ['*'], trustStores: ['ca:token'], trustedIdentities: ['*'] };
      const trustPolicies = [{ name: 'example', signatureVerification: { level: 'strict' }, ...scope }];
      const trust = notationTrust({ policy: { version: '1.0', trustPolicies }, trustStore: { 'ca:token': first.chain } });
      for (const image of images)
        expect((await verifyImage(image, { trust })).signers[0]?.signer.subject).toContain('CN=image-signing');
    } finally {
      await backend.close();
    }
  });
});
