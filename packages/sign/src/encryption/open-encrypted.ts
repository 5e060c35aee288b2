import {
  type Clock,
  invalidArgument,
  type OperationState,
  type SecretSource,
  type SigningTarget,
  systemClock,
} from '@securosys/core';
import type { CosignSigner } from '@securosys/cosign';
import type { SignatureContents } from '@securosys/notation-envelope';
import type { Opener, VerifyImage } from '@securosys/ocicrypt';
import { trustedCosignImage } from '../cosign-report.js';
import { Deadline } from '../deadline.js';
import { judgeCosignImage } from '../judge-cosign-image.js';
import { judgeImage, trustedImage } from '../judge-image.js';
import { checkSelection, type ManifestSelection } from '../select-manifests.js';
import type { Trust } from '../trust.js';
import type { ImageRoute, ImageRouteOptions } from './image-route.js';

/** Who opens an encrypted image, and whom to believe that it is the right one. */
export interface OpenEncryptedOptions extends ImageRouteOptions {
  /**
   * What makes the encrypted image trusted: its signature is checked before a key is used or anybody asked to approve. `'none'` asks for no signature:
   * whoever knows a recipient's public key can then make images that decrypt.
   */
  trust: Trust | 'none';
  /** Tried in this order for each layer. */
  openers: readonly Opener[];
  /** Which manifests of an index have to be signed, as for `verifyImage`. Default `index`: what the reference names. */
  manifests?: ManifestSelection['manifests'];
  /**
   * Layers that must be encrypted, in every manifest of every platform that is meant: all (`true`, the default), some by their position, or none.
   * Content that is no part of a file system is not meant.
   */
  requireEncrypted?: boolean | readonly number[];
  /** How long to wait for people, in milliseconds. Default 0: throw `ERR_APPROVAL_PENDING`, and call again when they have decided. */
  approvalTimeoutMs?: number;
  /** Called while people decide on the use of a key. */
  onApproval?: (state: OperationState) => void;
  /** By which signatures are judged. */
  clock?: Clock;
}

export const openNames = [
  'trust',
  'openers',
  'manifests',
  'requireEncrypted',
  'approvalTimeoutMs',
  'onApproval',
  'clock',
] as const;

/** Deadline of the judgement in milliseconds, as for `verifyImage`. */
const judgementMs = 120_000;

/** Lets a packet wait for people as long as approvals may take, which is not what a request may take. */
function waiting(opener: Opener, approvalTimeoutMs: number): Opener {
  return {
    scheme: opener.scheme,
    ...(opener.judges && { judges: opener.judges }),
    startImage(image) {
      const reader = opener.startImage(image);
      return {
        unwrap: (packet, layer, options) => reader.unwrap(packet, layer, { ...options, timeoutMs: approvalTimeoutMs }),
        close: () => reader.close(),
      };
    },
  };
}

/** Who has signed an image, by the kind of trust that it was judged by. */
export interface ImageSigners {
  readonly signers: readonly SignatureContents[];
  readonly cosignSigners: readonly CosignSigner[];
}

/** What the room of encryption is told, and what was found out about the signatures. */
export interface Opening {
  readonly options: {
    readonly openers: readonly Opener[];
    readonly verify?: VerifyImage;
    readonly requireEncrypted?: boolean | readonly number[];
    readonly onApproval?: (state: OperationState) => void;
    readonly about: Pick<SecretSource, 'repository' | 'tag' | 'trusted'>;
    readonly target: SigningTarget;
  };
  /** Who has signed; nobody before the image was judged, and where nobody had to sign. */
  signers(): ImageSigners;
}

/** @throws SignError `ERR_INVALID_ARGUMENT` */
export function prepareOpening(where: string, route: ImageRoute, given: OpenEncryptedOptions): Opening {
  const { trust, openers, requireEncrypted, approvalTimeoutMs = 0, onApproval, clock = systemClock, manifests = 'index' } = given;
  if (trust !== 'none' && trust?.kind !== 'notation' && trust?.kind !== 'cosign')
    invalidArgument(
      `${where}: trust is a value of notationTrust or cosignTrust, or 'none' for an image that nobody has to have signed`,
    );
  if (!Array.isArray(openers)) invalidArgument(`${where}: openers are a list`);
  if (typeof approvalTimeoutMs !== 'number' || !(approvalTimeoutMs >= 0))
    invalidArgument(`${where}: approvalTimeoutMs is a number of milliseconds`);
  const { platforms } = given;
  // An index that is trusted stands for all that it lists; children that are trusted have to be those that are meant.
  const selection = { manifests, ...(manifests === 'children' && platforms && { platforms }) };
  checkSelection(selection);
  let signed: ImageSigners = { signers: [], cosignSigners: [] };
  const verify: VerifyImage = async (image, call) => {
    if (trust === 'none') return;
    const { timeoutMs: _, ...others } = call;
    const deadline = new Deadline('verifying the image', clock, judgementMs, others);
    try {
      if (trust.kind === 'cosign') {
        const judgement = { trust, clock, deadline, selection, signatureRepository: undefined };
        const { signers } = trustedCosignImage(await judgeCosignImage(image, route.source, judgement));
        signed = { signers: [], cosignSigners: signers };
        return;
      }
      const at = { repository: route.source, reference: route.from };
      const { signers } = trustedImage(await judgeImage(image, at, { trust, clock, deadline, selection }));
      signed = { signers, cosignSigners: [] };
    } finally {
      deadline.end();
    }
  };
  return {
    options: {
      openers: openers.map((opener) => waiting(opener, approvalTimeoutMs)),
      ...(trust !== 'none' && { verify }),
      ...(requireEncrypted !== undefined && { requireEncrypted }),
      ...(onApproval && { onApproval }),
      about: { ...route.named.source, trusted: trust !== 'none' },
      target: route.named.target,
    },
    signers: () => signed,
  };
}
