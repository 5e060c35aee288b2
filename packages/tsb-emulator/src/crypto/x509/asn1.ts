import type * as Csr from '@peculiar/asn1-csr';
import type * as Schema from '@peculiar/asn1-schema';
import type * as X509 from '@peculiar/asn1-x509';

/** The ASN.1 libraries, which take tens of milliseconds to load. */
export interface Asn1 {
  readonly AsnConvert: typeof Schema.AsnConvert;
  readonly OctetString: typeof Schema.OctetString;
  readonly x509: typeof X509;
  readonly csr: typeof Csr;
}

let loaded: Promise<Asn1> | undefined;

async function load(): Promise<Asn1> {
  const [{ AsnConvert, OctetString }, x509, csr] = await Promise.all([
    import('@peculiar/asn1-schema'),
    import('@peculiar/asn1-x509'),
    import('@peculiar/asn1-csr'),
  ]);
  return { AsnConvert, OctetString, x509, csr };
}

/** Loads the libraries with the first certificate. */
export function loadAsn1(): Promise<Asn1> {
  loaded ??= load();
  return loaded;
}

/** A fresh `ArrayBuffer` with these bytes, as the library wants them. */
export function buffer(bytes: Uint8Array): ArrayBuffer {
  return Uint8Array.from(bytes).buffer;
}
