import type { KeyBackend } from '@securosys/core';
import type { Pkcs11Backend } from '@securosys/pkcs11';

/** Whether the keys are on a PKCS#11 token; the package for these is loaded by nobody else. */
export const isPkcs11 = (backend: KeyBackend): backend is Pkcs11Backend => 'library' in backend && 'storeCertificates' in backend;
