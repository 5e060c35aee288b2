import { readFile, writeFile } from 'node:fs/promises';
import type { Oci } from '@securosys/oci';
import { type AttestOptions, attest, type Signer, type SignImageOptions, signBlob, signImage } from '@securosys/sign';
import { besideFile, type Subject } from './calls.js';
import type { Shape } from './shapes.js';

/** What a provenance needs at least, for cosign's own reading of it too. */
export const provenance = {
  buildDefinition: { buildType: 'https://example.com/build/v1', externalParameters: { ref: 'v1.4' } },
  runDetails: { builder: { id: 'https://example.com/builder' } },
};

/** How we sign: in both shapes unless said otherwise. */
export interface OurSigning {
  readonly signer: Signer;
  readonly shapes?: readonly Shape[];
  readonly digestAlgorithm?: 'sha256' | 'sha384' | 'sha512';
  readonly timestamper?: SignImageOptions['timestamper'];
  readonly annotations?: Readonly<Record<string, string>>;
}

/** We sign an image, attest its provenance, or sign a file, whose signatures are put beside it. */
export async function weSign(oci: Oci, { name, kind }: Pick<Subject, 'name' | 'kind'>, signing: OurSigning): Promise<void> {
  const { annotations, shapes, ...options } = signing;
  const shaped = shapes ? { shapes: [...shapes] } : {};
  if (kind === 'image')
    await signImage(name, { ...options, ...shaped, ...(annotations && { annotations }), format: 'cosign', oci });
  else if (kind === 'attestation') {
    const said = { predicateType: 'slsaprovenance1', predicate: provenance } as Pick<
      AttestOptions,
      'predicateType' | 'predicate'
    >;
    await attest(name, { ...options, ...shaped, ...said, oci } as AttestOptions);
  } else {
    const { signature, bundle } = await signBlob(await readFile(name), { ...options, format: 'cosign' });
    await writeFile(besideFile({ name, kind, shape: 'legacy' }), signature);
    await writeFile(besideFile({ name, kind, shape: 'bundle' }), bundle);
  }
}
