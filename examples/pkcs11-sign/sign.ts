// An image signed with a key on a PKCS#11 token. The key and its certificate are made where they are not there yet. Nothing here
// knows what kind of token it is: for an HSM, the path of the module and the place of the PIN are what changes.
import { certificateFormat, prepareCertificate } from '@securosys/pki';
import { createSigner, type KeyInfo, type Pkcs11Backend, SignError, signImage } from '@securosys/sign';

const label = 'image-signing';
const yearMs = 365 * 86_400_000;

async function keyOf(backend: Pkcs11Backend): Promise<KeyInfo> {
  try {
    return await backend.describeKey({ label });
  } catch (error) {
    if (!SignError.is(error, 'ERR_KEY_NOT_FOUND')) throw error;
    return backend.createKey({ label, spec: 'ec-p384' });
  }
}

/** A certificate that the key signs for itself. For production, a CA signs one: `prepareCsr` makes the request for it. */
async function selfSigned(backend: Pkcs11Backend, { ref, spki, assurance }: KeyInfo): Promise<Uint8Array> {
  const prepared = await prepareCertificate({
    subject: 'CN=image-signing,O=Acme,ST=Zurich,C=CH',
    key: { spki, assurance },
    validity: { notBefore: Date.now(), notAfter: Date.now() + yearMs },
    profile: 'leaf',
  });
  const signer = createSigner(backend, ref, { formats: [certificateFormat], allowCertificates: true });
  const signatures: Record<string, Uint8Array> = {};
  for (const { id, algorithm, input, domain } of prepared.parts) signatures[id] = await signer.sign({ algorithm, input, domain });
  return prepared.assemble(signatures);
}

/**
 * Signs an image with the key of an open token, which keeps the certificate for the next time.
 * @returns the reference that was signed, by digest, and the certificates that go with it, DER, leaf first
 */
export async function signWithToken(backend: Pkcs11Backend, image: string): Promise<{ reference: string; chain: Uint8Array[] }> {
  const key = await keyOf(backend);
  let chain = await backend.certificates(key.ref);
  if (chain.length === 0) {
    chain = [await selfSigned(backend, key)];
    await backend.storeCertificates(key.ref, chain);
  }
  const { reference } = await signImage(image, { signer: createSigner(backend, key.ref), format: 'notation-jws' });
  return { reference, chain };
}
