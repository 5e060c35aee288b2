/**
 * One attribute of a PKCS#11 template. Only these three types reach the native layer, because a badly typed value aborts the process there
 * (`pkcs11.md` §1.5): a number is a CK_ULONG of 32 bits, a boolean a CK_BBOOL, texts are given as their UTF-8 bytes.
 */
export interface TemplateEntry {
  /** CKA_… */
  readonly type: number;
  readonly value: number | boolean | Uint8Array;
}

/** Attributes in the order in which they are sent. */
export type Template = readonly TemplateEntry[];
