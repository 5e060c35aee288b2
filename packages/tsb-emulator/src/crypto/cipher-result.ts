/** What a cipher made of a plaintext, as the wire tells it apart (`tsb-rest-api.md` §2.4). */
export interface Encrypted {
  readonly ciphertext: Uint8Array;
  /** Absent for ciphers that need none. */
  readonly iv?: Uint8Array;
  /** Authentication tag; absent for ciphers without one. */
  readonly tag?: Uint8Array;
}

/** What a cipher needs besides its key. */
export interface CipherInput {
  /** Initialisation vector; absent for ciphers that need none. */
  readonly iv?: Uint8Array | undefined;
  readonly aad?: Uint8Array | undefined;
  /** Bits; 0 when the call names none. */
  readonly tagLength: number;
}
