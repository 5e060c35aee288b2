/** Where something stands in a text; both count from 1. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/** A value of a document, with the place that errors about it name. Texts are what they are in YAML's core schema: numbers are no texts. */
export interface DocumentNode {
  readonly content: DocumentContent;
  /** Absent in documents that were no text. */
  readonly at?: Position;
}

/** What stands at a place. */
export type DocumentContent =
  | string
  | number
  | boolean
  | null
  | readonly DocumentNode[]
  | ReadonlyMap<string, { readonly node: DocumentNode; readonly nameAt?: Position }>;

/** Deepest nesting of a document; a policy needs six. */
export const maxDepth = 20;
/** Most values of a document, with those that aliases repeat. */
export const maxValues = 20_000;
