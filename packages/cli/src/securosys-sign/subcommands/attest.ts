import { invalidArgument } from '@securosys/core';
import { attest } from '@securosys/sign';
import type { Command } from '../command.js';
import { cosignOptionsOf, formatOptions } from '../open/format-options.js';
import { backendOptions } from '../open/open-backend.js';
import { openOci, registryOptions } from '../open/open-oci.js';
import { keyOptions, openSigner } from '../open/open-signer.js';
import { predicateOf } from '../open/predicate.js';
import { selectionOf, selectionOptions } from '../open/selection.js';
import { signingOf, signingOptions } from '../open/signing.js';

const storing = ['shape', 'hash', 'signature-repository'];

/** `attest`. */
export const command: Command = {
  describe: 'Makes a signed statement about an image, such as its provenance or its SBOM, and attaches it.',
  arguments: [{ name: 'image', describe: 'registry.example/app:1.4, or oci:<folder>:<tag>' }],
  options: [
    { name: 'type', value: 'type', describe: 'slsaprovenance1, spdxjson, cyclonedx, vuln, … or the URI of a predicate type' },
    { name: 'predicate', value: 'path', describe: 'what is said, JSON; - reads the standard input' },
    ...keyOptions,
    ...formatOptions.filter(({ name }) => storing.includes(name)),
    ...selectionOptions,
    ...signingOptions,
    ...backendOptions,
    ...registryOptions,
  ],
  examples: ['securosys-sign attest --key release --type spdxjson --predicate app.spdx.json registry.example/app:1.4'],
  run: async (context) => {
    const { words, output } = context;
    const [reference = ''] = words.arguments;
    const type = words.text('type') ?? invalidArgument('attest: what kind of statement? give --type');
    const file = words.text('predicate') ?? invalidArgument('attest: what does it say? give --predicate');
    const statement = await predicateOf(context, type, file);
    const oci = await openOci(context, await context.progress());
    try {
      const opened = await openSigner(context, oci);
      try {
        const signing = await signingOf(context, opened, reference);
        const made = await attest(reference, {
          ...signing,
          ...cosignOptionsOf(context),
          ...selectionOf(context),
          ...statement,
          oci,
        });
        context.waits(undefined);
        const { predicateType, manifests } = made;
        output.result({ reference: made.reference, subject: made.subject, predicateType, attestations: manifests }, [
          { text: `attested: ${reference}`, tone: 'good' },
          `  ${made.reference}`,
          ...manifests.map(({ signature }) => `  ${predicateType}: ${signature.digest}`),
        ]);
      } finally {
        await opened.close();
      }
    } finally {
      await oci.close();
    }
    return 'ok';
  },
};
