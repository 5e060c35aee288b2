// Signs a small image with a key on a token, and verifies it: of SoftHSM2 where it is installed, or of whatever PKCS11_MODULE,
// PKCS11_URI and PKCS11_PIN_FILE name.
import { mkdir, rm } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { packFolder } from '@securosys/oci/pack';
import { connectPkcs11, notationTrust, type OpenPkcs11Options, verifyImage } from '@securosys/sign';
import { signWithToken } from './sign.js';
import { softhsmModule, temporaryToken } from './softhsm.js';

const { PKCS11_MODULE: module = softhsmModule, PKCS11_URI: uri, PKCS11_PIN_FILE: file } = process.env;
const own = module !== undefined && uri !== undefined && file !== undefined;
if (!own && !softhsmModule) {
  console.log('SoftHSM2 is not installed (apt-get install softhsm2). To use another token, set PKCS11_MODULE,');
  console.log('PKCS11_URI and PKCS11_PIN_FILE.');
} else {
  const token = own ? undefined : temporaryToken('example', '1234-secret');
  const options: OpenPkcs11Options = own
    ? { module, uri, pin: { file } }
    : { module: String(softhsmModule), tokenLabel: 'example', pin: '1234-secret', pinStateFolder: false };
  const out = fileURLToPath(new URL('../../.out/pkcs11-sign/', import.meta.url));
  await rm(out, { recursive: true, force: true });
  await mkdir(out, { recursive: true });
  await packFolder(fileURLToPath(new URL('.', import.meta.url)), `${out}layout`, { tag: '1.0' });

  const backend = await connectPkcs11(options);
  try {
    const { reference, chain } = await signWithToken(backend, `oci:${out}layout:1.0`);
    console.log(`signed with a key on ${backend.id}: ${reference}`);
    const policy = {
      version: '1.0',
      trustPolicies: [
        {
          name: 'example',
          registryScopes: ['*'],
          signatureVerification: { level: 'strict' },
          trustStores: ['ca:token'],
          trustedIdentities: ['x509.subject: C=CH, ST=Zurich, O=Acme'],
        },
      ],
    };
    const trust = notationTrust({ policy, trustStore: { 'ca:token': chain } });
    const { signers } = await verifyImage(`oci:${out}layout:1.0`, { trust });
    console.log(`trusted: ${signers[0]?.signer.subject}`);
  } finally {
    await backend.close();
    token?.remove();
  }
}
