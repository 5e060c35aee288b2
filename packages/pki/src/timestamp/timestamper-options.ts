import { type Clock, type Fetch, invalidArgument, knownOptions, nodeCrypto, systemClock } from '@securosys/core';
import { createOutboundFetch } from '@securosys/transport';
import { type Certificate, isCertificate, parseCertificate } from '../certificate.js';
import { isSelfSigned } from '../issuance.js';
import type { RevocationChecker } from '../revocation/report.js';
import type { AuthorityAddress } from './ask-authority.js';

/** An authority, and what makes its word trusted. */
export interface TimestamperOptions {
  /** `http:` or `https:`, at whatever address: the caller names it. The reply is signed, so http loses nothing but privacy. No login inside. */
  url: string | URL;
  /** Self-signed roots of the authority, at least one: DER, or parsed. */
  anchors: readonly (Uint8Array | Certificate)[];
  /** Asked about the authority's chain; then a certificate that was revoked, or of which nobody can tell, fails the call. */
  revocation?: RevocationChecker;
  /** Dotted object identifier of the policy that the token must be under. Default: whichever the authority has. */
  policy?: string;
  /** Replaces the connections of our own, together with their guard. */
  fetch?: Fetch;
  clock?: Clock;
  /** Deadline of one call in milliseconds, revocation included; default 15,000. */
  timeoutMs?: number;
  /** Where nonces come from; default the runtime's secure source. */
  randomBytes?: (count: number) => Uint8Array;
  /** Accepts replies in BER; what is returned is DER in every case. Default `false`. */
  allowBer?: boolean;
  /** Accepts a reply whose content type has parameters, which Notation refuses. Default `false`. */
  allowContentTypeParameters?: boolean;
}

/** Checked options. */
export interface TimestamperSettings extends AuthorityAddress {
  readonly anchors: readonly Certificate[];
  readonly revocation: RevocationChecker | undefined;
  readonly policy: string | undefined;
  readonly timeoutMs: number;
  readonly randomBytes: (count: number) => Uint8Array;
  readonly allowBer: boolean;
}

const names = [
  'url',
  'anchors',
  'revocation',
  'policy',
  'fetch',
  'clock',
  'timeoutMs',
  'randomBytes',
  'allowBer',
  'allowContentTypeParameters',
];
const defaultTimeoutMs = 15_000;

function addressOf(url: string | URL): URL {
  const parsed = URL.canParse(String(url)) ? new URL(url) : invalidArgument('url of the timestamp authority is no URL');
  if (parsed.protocol !== 'http:' && parsed.protocol !== 'https:')
    invalidArgument('url of the timestamp authority is not http or https');
  if (parsed.username !== '' || parsed.password !== '') invalidArgument('url of the timestamp authority holds a login');
  return parsed;
}

function rootsOf(anchors: TimestamperOptions['anchors']): Certificate[] {
  if (!Array.isArray(anchors) || anchors.length === 0) invalidArgument('anchors are the roots of the authority, at least one');
  const roots = anchors.map((anchor) => (anchor instanceof Uint8Array ? parseCertificate(anchor) : anchor));
  if (!roots.every((root) => isCertificate(root) && isSelfSigned(root)))
    invalidArgument('an anchor is no self-signed certificate');
  return roots;
}

/** @throws SignError `ERR_INVALID_ARGUMENT`, `ERR_MALFORMED` and `ERR_LIMIT` for an anchor that is no certificate */
export function timestamperSettings(options: TimestamperOptions): TimestamperSettings {
  knownOptions('createTimestamper', options, names);
  const { policy, revocation, timeoutMs = defaultTimeoutMs, clock = systemClock } = options;
  if (policy !== undefined && !/^[0-2](\.(0|[1-9]\d{0,14})){1,32}$/.test(policy))
    invalidArgument('policy is no object identifier');
  if (typeof timeoutMs !== 'number' || !(timeoutMs > 0)) invalidArgument('timeoutMs is a number of milliseconds over 0');
  if (revocation !== undefined && typeof revocation?.check !== 'function') invalidArgument('revocation is no RevocationChecker');
  const url = addressOf(options.url);
  return {
    url,
    anchors: rootsOf(options.anchors),
    revocation,
    policy,
    // The caller named this one host, so it may be private; nobody else is ever asked, redirects are none.
    fetch: options.fetch ?? createOutboundFetch({ schemes: ['https:', 'http:'], allowHosts: [url.host] }),
    clock,
    timeoutMs,
    randomBytes: options.randomBytes ?? ((count) => nodeCrypto().randomBytes(count)),
    allowBer: options.allowBer === true,
    allowContentTypeParameters: options.allowContentTypeParameters === true,
  };
}
