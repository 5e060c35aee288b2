import { canonicalJson, SignError, sha256Hex, utf8Bytes } from '@securosys/core';
import { type Migration, prepareMigration, resumeSigningRequest, type SigningRequest } from '@securosys/sign';
import type { CommandContext } from '../context.js';
import { formatsOf } from './format-options.js';
import { openNotary, openTrustedRegistry } from './open-notary.js';
import { openSigner } from './open-signer.js';
import { claimsFor, timestamperOf } from './signing.js';

/** A migration, begun by this run or by an earlier one. */
export interface OpenMigration {
  readonly migration: Migration;
  /** Nothing has to be gone on with any more. */
  done(): Promise<void>;
  close(): Promise<void>;
}

/**
 * What is to be migrated, looked at and verified now. Where an earlier run has asked people already, its request is the one that goes on.
 * @throws SignError those of `prepareMigration` and `resumeSigningRequest`
 */
export async function openMigration(context: CommandContext, gun: string): Promise<OpenMigration> {
  const { words, clock, signal } = context;
  const opened: { close(): Promise<void> }[] = [];
  const close = async (): Promise<void> => {
    for (const one of opened.splice(0).reverse()) await one.close();
  };
  try {
    const notary = await openNotary(context, gun);
    opened.push(notary);
    const oci = await openTrustedRegistry(context, gun);
    opened.push(oci);
    const signing = await openSigner(context, oci);
    opened.push(signing);
    const { signer, store, backend, guards } = signing;
    const [format, tags] = [formatsOf(context), [...new Set(words.list('tag'))].sort()];
    const timestamper = await timestamperOf(context);
    const shared = { oci, store, clock, signal, ...(timestamper && { timestamper }) };
    const fresh = await prepareMigration(gun, {
      ...shared,
      signer,
      trust: notary.trust,
      format,
      claims: await claimsFor(context, signing.claims),
      ...(tags.length > 0 && { tags }),
    });
    if (!fresh.request || words.flag('dry-run')) return { migration: fresh, done: async () => undefined, close };
    const { spki } = await signer.describe({ signal });
    const asked = { gun, format, tags, signers: notary.trust.signers, key: sha256Hex(spki) };
    const name = `migration-${sha256Hex(utf8Bytes(canonicalJson(asked)))}`;
    const { requestId } = (await notary.store.get(name)) ?? {};
    const chains = [await signer.chain({ signal })].filter((chain) => chain.length > 0);
    const resumed =
      typeof requestId === 'string'
        ? await takenUp(() => resumeSigningRequest(requestId, { ...shared, backend, guards, chains }))
        : undefined;
    const request: SigningRequest = resumed ?? fresh.request;
    await notary.store.put(name, { kind: 'dct-migration', gun, requestId: request.id });
    return { migration: { ...fresh, request }, done: async () => void (await notary.store.delete(name)), close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** The request of an earlier run; absent when it never began, or is over. */
async function takenUp(take: () => Promise<SigningRequest>): Promise<SigningRequest | undefined> {
  try {
    return await take();
  } catch (error) {
    if (SignError.is(error, 'ERR_REQUEST_NOT_FOUND')) return undefined;
    throw error;
  }
}
