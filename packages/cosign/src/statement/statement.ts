import type { JsonObject } from '@securosys/core';

/** One thing that a statement is about (in-toto ResourceDescriptor; `cosign.md` §5.1). */
export interface StatementSubject {
  readonly name?: string;
  /** Lower-case hex by name of the hash, for example `sha256`. */
  readonly digest: Readonly<Record<string, string>>;
  readonly uri?: string;
  readonly mediaType?: string;
  readonly downloadLocation?: string;
  /** Base64. */
  readonly content?: string;
  /** Image signatures carry theirs here (§6.5); values need not be texts. */
  readonly annotations?: Readonly<JsonObject>;
}

/** An in-toto statement. Nothing here is verified. */
export interface InTotoStatement {
  /** Version of the statement. */
  readonly type: 'https://in-toto.io/Statement/v1' | 'https://in-toto.io/Statement/v0.1';
  readonly subjects: readonly StatementSubject[];
  readonly predicateType: string;
  readonly predicate: Readonly<JsonObject>;
}

/** Whether some subject is the manifest with this digest (`sha256:…`). */
export function isAboutDigest({ subjects }: Pick<InTotoStatement, 'subjects'>, digest: string): boolean {
  return subjects.some(({ digest: { sha256 } }) => sha256 !== undefined && digest === `sha256:${sha256}`);
}
