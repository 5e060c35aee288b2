import { SignError, sanitizeText } from '@securosys/core';
import type { Certificate } from '../certificate.js';
import { crlUrls } from '../extension-values.js';
import { parseCrl } from './crl.js';
import type { CachedCrl } from './crl-cache.js';
import { checkBase, checkCrl, checkDelta } from './crl-check.js';
import type { CrlBundle } from './crl-status.js';
import { download, type Inquiry } from './download.js';
import { faultError, reading } from './fault.js';

/** Most URLs of one kind that are looked at in one certificate or CRL. */
export const maxUrls = 8;

/** Where delta CRLs are by the certificate itself (RFC 5280 §4.2.1.15), which the Go implementation does not look at. */
function freshestOf({ extensions }: Certificate): readonly string[] | undefined {
  const value = extensions.find(({ oid }) => oid === '2.5.29.46')?.value;
  return value && reading('freshest CRL', () => crlUrls(value));
}

/** Both parts of a bundle, checked. @throws SignError with `details.rule` */
function soundBundle(der: CachedCrl, issuer: Certificate, now: number): CrlBundle {
  const base = parseCrl(der.base);
  checkBase(base);
  checkCrl(base, issuer, now);
  return der.delta ? { base, delta: soundDelta({ base }, der.delta, issuer, now) } : { base };
}

function soundDelta({ base }: CrlBundle, der: Uint8Array, issuer: Certificate, now: number) {
  const delta = parseCrl(der);
  checkDelta(base, delta);
  checkCrl(delta, issuer, now);
  return delta;
}

/** URLs of delta CRLs, or `undefined` when neither the base nor the certificate speaks of any. */
function deltaUrls({ base }: CrlBundle, freshest: readonly string[] | undefined): readonly string[] | undefined {
  if (!base.deltaUrls && !freshest) return undefined;
  return [...new Set([...(base.deltaUrls ?? []), ...(freshest ?? [])])].slice(0, maxUrls);
}

async function fromCache(inquiry: Inquiry, url: string, issuer: Certificate): Promise<CrlBundle | undefined> {
  const { settings, call, now, warn } = inquiry;
  if (!settings.cache) return undefined;
  try {
    const found = await call.race(settings.cache.get(url));
    return found && soundBundle(found, issuer, now);
  } catch (error) {
    call.check();
    if (!SignError.is(error) || error.details.rule !== 'expired') warn('a CRL in the cache is not used', shown(url, error));
    return undefined;
  }
}

async function intoCache({ settings, call, warn }: Inquiry, url: string, { base, delta }: CrlBundle): Promise<void> {
  if (!settings.cache) return;
  try {
    await call.race(settings.cache.set(url, { base: base.der, ...(delta && { delta: delta.der }) }));
  } catch (error) {
    call.check();
    warn('a CRL could not be put into the cache', shown(url, error));
  }
}

const shown = (url: string, error: unknown) => ({
  url: sanitizeText(url),
  error: sanitizeText(error instanceof Error ? error.message : String(error)),
});

/** The first sound delta CRL. @throws SignError `ERR_NOT_TRUSTED` with `details.rule` `delta-missing` when there is none */
async function withDelta(inquiry: Inquiry, bundle: CrlBundle, issuer: Certificate, urls: readonly string[]): Promise<CrlBundle> {
  const { settings, call, now } = inquiry;
  let cause: unknown;
  for (const server of urls) {
    try {
      const der = await download(inquiry, { server, maxBytes: settings.maxCrlBytes, timeoutMs: settings.crlTimeoutMs });
      return { ...bundle, delta: soundDelta(bundle, der, issuer, now) };
    } catch (error) {
      call.check();
      if (!SignError.is(error)) throw error;
      cause = error;
    }
  }
  throw faultError('delta-missing', 'none of the delta CRLs that belong to the CRL is to be had', { cause });
}

/**
 * The CRL of a distribution point, with its delta if there should be one, out of the cache or from the server; sound in either case.
 * @throws SignError; with `details.rule` whenever an answer is at fault
 */
export async function loadCrl(
  inquiry: Inquiry,
  url: string,
  certificate: Certificate,
  issuer: Certificate,
): Promise<{ readonly bundle: CrlBundle; readonly cached: boolean }> {
  const { settings, now } = inquiry;
  const freshest = freshestOf(certificate);
  const kept = await fromCache(inquiry, url, issuer);
  if (kept && (kept.delta || !deltaUrls(kept, freshest))) return { bundle: kept, cached: true };
  const base = await download(inquiry, { server: url, maxBytes: settings.maxCrlBytes, timeoutMs: settings.crlTimeoutMs });
  const alone = soundBundle({ base }, issuer, now);
  const urls = deltaUrls(alone, freshest);
  const bundle = urls ? await withDelta(inquiry, alone, issuer, urls) : alone;
  await intoCache(inquiry, url, bundle);
  return { bundle, cached: false };
}
